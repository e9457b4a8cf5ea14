"""Measuring relevance: judged collections, runs of several configurations, measures, and whether differences are real.

A door beside the command line: all of it uses an archive as any program would. Libraries of the extra `eval` are
imported when they are needed.
"""

from papra_index.evaluation.collections import Collection, JudgedDocument, Judgements, read_collection
from papra_index.evaluation.comparison import Comparison, compare_systems, read_systems
from papra_index.evaluation.configurations import Configuration, read_configurations
from papra_index.evaluation.measures import MEASURES, score_run
from papra_index.evaluation.runs import QueryResult, run_configurations, run_queries
from papra_index.evaluation.sweep import Sweep, choose_configuration

__all__ = [
    "MEASURES",
    "Collection",
    "Comparison",
    "Configuration",
    "JudgedDocument",
    "Judgements",
    "QueryResult",
    "Sweep",
    "choose_configuration",
    "compare_systems",
    "read_collection",
    "read_configurations",
    "read_systems",
    "run_configurations",
    "run_queries",
    "score_run",
]
