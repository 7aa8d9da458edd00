"""Chinese sentences of documents."""

from typing import Final

WORDS: Final = {
    "paper_unknown": "没有这种文书，请从工单页面打印",
    "paper_fonts_missing": "缺少打印用的字体，请系统管理员重新运行安装命令后再打印",
}
