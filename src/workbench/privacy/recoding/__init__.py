"""Recoding: labels coarse enough that k people share each combination, and no coarser."""

from workbench.privacy.recoding.attributes import Attribute, Sensitive
from workbench.privacy.recoding.recode import Recoded, recode
from workbench.privacy.recoding.trees import Tree, hierarchy_tree, interval_tree

__all__ = ["Attribute", "Recoded", "Sensitive", "Tree", "hierarchy_tree", "interval_tree", "recode"]
