"""Results for machines and for people: report.json, JUnit, and the table on the terminal."""
