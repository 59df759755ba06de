"""What stands on the printed sheets of codes, in both languages one below the other."""

from __future__ import annotations

from services.contracts.words.bilingual import Words

SCAN = Words("扫码反映意见建议", "Scan to tell your deputies")
STEPS = (
    Words("手机扫码，填写意见建议，无需注册", "Scan, write, submit; no registration"),
    Words("凭回执随时查看办理进度", "Follow it with your receipt"),
    Words("收到答复后请评价，不满意就退回重办", "Rate the reply; if it is not right, it is handled again"),
)
OF_THE_PLACE = Words("{0}人大代表联络站", "Liaison stations of {0}")
NUMBER = Words("编号 {0}", "No. {0}")
NO_SCANNER = Words("不能扫码的，请打开：{0}", "Or open {0}")
