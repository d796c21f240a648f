"""The workflow's code: a package a stage, named as its rules in `workflow/rules`."""
