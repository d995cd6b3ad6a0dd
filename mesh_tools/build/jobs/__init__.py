"""What is done for one project, or for several that read each other: one unit of the schedule."""
