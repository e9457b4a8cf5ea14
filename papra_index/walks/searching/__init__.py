"""From a query to a page of results, counts, suggestions and the reasons of all these."""
