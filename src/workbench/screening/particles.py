"""The particles and endings that may touch the end of a number or a name, as one pattern.

Korean writes them without a space: what stands behind a number is either one of these, or a word that counts.
"""

from __future__ import annotations

_CASES = (
    "은|는|이|가|을|를|의|도|와|과|랑|이랑|하고|에|에서|에게|께|한테|로|으로|까지|부터|보다|처럼|만큼|마다"
    "|라|고|이고|며|이며|인데|인지|인가|니|이니"
)
_FURTHER = "는|도|만|의|서|가|이|를"
_ENDINGS = (
    "입니다|입니까|이다|이에요|예요|에요|이요|요|이죠|죠|이라|라고|이라고|라는|이라는|라서|이라서|라며|이라며|라도|이라도|이었습니다|였습니다|이었고|였고|이었는데"
    "|였는데|이었다|였다|인데요|이고요|인데도|입니다만|이지만|지만|이거나|거나|이나|나"
)
PARTICLES = rf"(?:{_ENDINGS})|(?:{_CASES})(?:{_FURTHER})?"
