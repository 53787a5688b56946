"""All SQL of the reader; what is said of articles comes from the view `readable_articles` and from nowhere else."""
