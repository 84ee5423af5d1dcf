"""Makes decompositions.txt: each character that loses marks in its canonical decomposition, and what is left of it.

A line is the character's code and those of what is left, in hexadecimal. Hangul syllables are computed instead.
"""

import sys
import unicodedata
from pathlib import Path

lines = []
for code in range(0x80, sys.maxunicode + 1):
    character = chr(code)
    if 0xAC00 <= code <= 0xD7A3 or unicodedata.category(character) in ("Cs", "Mn"):
        continue
    rest = [c for c in unicodedata.normalize("NFD", character) if unicodedata.category(c) != "Mn"]
    if rest != [character]:
        lines.append(" ".join(f"{ord(c):X}" for c in [character, *rest]))
Path(__file__).with_name("decompositions.txt").write_text("\n".join(lines) + "\n")
