# Stage report. In: results/*.csv, samples, oracle, tools, machine. Out: results/report.md.
