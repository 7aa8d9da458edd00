"""Chinese sentences of standards."""

from typing import Final

WORDS: Final = {
    "basis_malformed": "基数须是正数，并写明出处。",
    "basis_unknown": "没有名为“{name}”的基数。",
    "document_empty": "文件里没有编号的段落（如“一、”“（一）”“1.”“1)”），不能当作标准化文件。",
    "document_too_large": "文件过大，最多{largest}兆字节。",
    "document_unchanged": "与第{number}版内容相同，无需再次载入。",
    "document_unreadable": "文件不是文本，请另存为 UTF-8 或 GBK 的文本（.md、.txt）后再试。",
    "exemption_reason": "豁免须写明理由。",
    "item_measured": "“{item}”由记录计算，不能签认。",
    "item_unknown": "没有编号为“{item}”的事项。",
    "signature_days": "有效期的止不能早于起，最长{longest}年。",
    "signature_document": "签认须写明所依据的文件。",
    "subject_unknown": "没有编码为“{subject}”的责任对象。",
    "signature_unknown": "找不到这条签认，可能已经撤回。",
}
