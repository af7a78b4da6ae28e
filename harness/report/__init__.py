"""Results for programs and for people: report.json, JUnit, HTML, and the tables on the terminal."""
