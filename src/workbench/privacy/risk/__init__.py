"""How much risk a table leaves to the people in it: k, l, t, who is unique, and what an attacker could learn."""

from workbench.privacy.risk.attackers import Attacker
from workbench.privacy.risk.classes import classes_of
from workbench.privacy.risk.measuring import measure_risk
from workbench.privacy.risk.report import Risk

__all__ = ["Attacker", "Risk", "classes_of", "measure_risk"]
