"""Stage report: tables, figures and sentences from the estimates."""
