"""What hangs on few accounts and who depends on whom, by hand."""
