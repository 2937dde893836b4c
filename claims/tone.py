"""Words that customers never read: hard ones, promises of everything, and rules as the only reason (W1, W4)."""

import re
from typing import Final

_CHINESE: Final = ("不可能", "不行(?!驶)", "你们不懂", "全赔", "百分百理赔", "按规定", "公司规定")
_ENGLISH: Final = (
    r"impossible|not possible|no way\b|out of the question",
    r"you (?:people )?(?:don't|do not) understand",
    r"\b(?:full|complete|guaranteed) (?:compensation|payout|reimbursement)\b",
    r"fully (?:paid|compensated|covered|reimbursed)",
    r"\b100 ?% (?:paid|covered|compensated|claim)",
    r"(?:according to|under|as per|because of) (?:the |our )?(?:company )?(?:rules|regulations)",
    r"company (?:policy|rules)",
)
_HARD: Final = re.compile("|".join((*_CHINESE, *_ENGLISH)), re.IGNORECASE)


def hard_words(text: str) -> tuple[str, ...]:
    """Those that a text has, each once, as they stand there."""
    return tuple(dict.fromkeys(_HARD.findall(text.replace("’", "'"))))
