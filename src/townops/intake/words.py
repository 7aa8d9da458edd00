"""The sentences of this context's refusals."""

WORDS = {
    "channel_unknown": "没有名为“{channel}”的受理渠道。",
    "preset_unknown": "来源“{source}”还没有表格列对照。",
    "columns_missing": "表格缺少这些列：{columns}。",
    "json_malformed": "内容不是可读取的JSON。",
    "object_missing": "这一条不是一个对象。",
    "field_unknown": "不认识的字段：{fields}。",
    "field_malformed": "字段“{field}”的类型不对。",
    "time_malformed": "时间“{given}”读不懂，应如2026-03-02 09:00。",
    "place_half": "经度和纬度须同时填写。",
    "place_malformed": "经纬度“{lng}，{lat}”不是数字。",
    "crs_unknown": "不认识的坐标系“{given}”。",
    "text_missing": "没有内容。",
    "text_long": "内容过长，最多{longest}字。",
    "number_long": "外部编号过长，最多{longest}个字符。",
    "number_missing": "没有编号。",
    "messages_old": "文件中{rows}条留言有{old}条早于{days}天前（最早{oldest}），按现在的工单办理会全部超时。"
    "导入旧留言请加 --history（保留原时间，不提醒、不催办）；确要按现在的工单计时请加 --live。",
    "row_refused": "未能生成工单：{reason}",
    "payload_unknown": "没有这份原始数据（{payload}）。",
    "model_missing": "分类模型未能建立：{reason}",
    "evaluation_missing": "没有评测用的原始留言文件：{file}",
    "file_unknown": "没有文件{file}。",
    "nothing_to_learn": "已确认分类的工单只有{found}件，至少需要{fewest}件。",
}
