"""The OpenAPI 3.0 document of what one caller sees: its collections, their parameters, and what comes back."""

from collections.abc import Iterator, Sequence
from typing import Final

from townops.base.layers import Layer, LayerFact
from townops.sharing.ogc.asking import FORMATS, LIMIT, MOST
from townops.sharing.ogc.crs import CRS84, SYSTEMS
from townops.sharing.ogc.telling import ABOUT, GEOJSON, HTML, JSON, TITLE, Document
from townops.sharing.rest.problems import MEDIA_TYPE

_OBJECT: Final[Document] = {"type": "object"}
_KINDS: Final = {"boolean": {"type": "string", "enum": ["true", "false"]}}


def document(layers: Sequence[Layer], root: str) -> Document:
    """Everything under /ogc."""
    paths: Document = {
        "/": _get("landing", "首页", [_f()], JSON),
        "/conformance": _get("conformance", "符合的标准条款", [_f()], JSON),
        "/api": _get("api", "接口说明", [_f()], "application/vnd.oai.openapi+json;version=3.0"),
        "/collections": _get("collections", "图层", [_f()], JSON),
    }
    for layer in layers:
        paths |= dict(_paths(layer))
    return {
        "openapi": "3.0.3",
        "info": {"title": TITLE, "description": ABOUT, "version": "1"},
        "servers": [{"url": root}],
        "security": [{"bearer": []}, {"basic": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "basic": {"type": "http", "scheme": "basic", "description": "用户名任意，密码填令牌"},
            }
        },
    }


def _paths(layer: Layer) -> Iterator[tuple[str, Document]]:
    path, name = f"/collections/{layer.name}", layer.name
    yield path, _get(f"{name}.collection", layer.label, [_f()], JSON)
    wanted = [*_common(), *_paging(), *(_fact(one) for one in layer.facts), _f()]
    yield f"{path}/items", _get(f"{name}.items", f"{layer.label}的要素", wanted, GEOJSON)
    feature = _parameter("featureId", {"type": "string"}, "要素编号", place="path")
    one = [feature, _crs("crs"), _datetime(), _f()]
    yield f"{path}/items/{{featureId}}", _get(f"{name}.item", f"{layer.label}的一个要素", one, GEOJSON, 404)


def _get(name: str, summary: str, parameters: list[Document], kind: str, *more: int) -> Document:
    good: Document = {
        "description": summary,
        "content": {kind: {"schema": _OBJECT}, HTML: {"schema": {"type": "string"}}},
    }
    wrong: dict[str, object] = {str(one): _problem() for one in (400, 401, 403, *more)}
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "parameters": parameters,
            "responses": wrong | {"200": good},
        }
    }


def _problem() -> Document:
    return {"description": "问题文档（RFC 9457）", "content": {MEDIA_TYPE: {"schema": _OBJECT}}}


def _parameter(name: str, schema: Document, about: str, *, place: str = "query", **more: object) -> Document:
    return {
        "name": name,
        "in": place,
        "required": place == "path",
        "description": about,
        "schema": schema,
        **more,
    }


def _common() -> list[Document]:
    numbers: Document = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
    return [
        _parameter("bbox", numbers, "范围，次序随 bbox-crs 的轴", style="form", explode=False),
        _crs("bbox-crs"),
        _crs("crs"),
        _datetime(),
    ]


def _crs(name: str) -> Document:
    return _parameter(name, {"type": "string", "enum": list(SYSTEMS), "default": CRS84}, "坐标系")


def _datetime() -> Document:
    return _parameter(
        "datetime", {"type": "string"}, "那天或那段时间的界线：日期、时刻，或“起/止”，开口端写“..”"
    )


def _paging() -> list[Document]:
    limit: Document = {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT}
    offset: Document = {"type": "integer", "minimum": 0, "maximum": 10**9, "default": 0}
    return [_parameter("limit", limit, "一页几个"), _parameter("offset", offset, "从第几个起")]


def _fact(fact: LayerFact) -> Document:
    return _parameter(fact.name, dict(_KINDS.get(fact.kind, {"type": fact.kind})), f"{fact.label}等于")


def _f() -> Document:
    return _parameter("f", {"type": "string", "enum": list(FORMATS)}, "格式，缺省按 Accept")
