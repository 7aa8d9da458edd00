"""Chinese sentences of standards."""

from typing import Final

WORDS: Final = {
    "document_empty": "文件里没有编号的段落（如“一、”“（一）”“1.”“1)”），不能当作标准化文件。",
    "document_too_large": "文件过大，最多{largest}兆字节。",
    "document_unreadable": "文件不是文本，请另存为 UTF-8 或 GBK 的文本（.md、.txt）后再试。",
    "document_unchanged": "与第{number}版内容相同，无需再次载入。",
}
