"""What can be read of risk analyses. Fetching is authorising: nothing here finds an analysis the person may not see."""
