"""Effect summaries: what calling a function of the project does, however far away."""
