"""The addresses of the API and what each does; `create_app` makes the application of one workspace."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from bothsides.leads.intake import IntakePolicy, Source
from bothsides.web.answer import Answer, Denied, denied, said, wrong
from bothsides.web.door import check_caller, read_body
from bothsides.web.hooks import delivered, hook_source, verified
from bothsides.web.job import Job, Unreadable, parsed, read_happenings, read_leads, records_of, unreadable
from bothsides.web.lead_page import lead_page
from bothsides.web.once import Named, named_by_key
from bothsides.web.shapes import (
    LEAD,
    Health,
    LeadPage,
    Problem,
    Recorded,
    RecordedMany,
    TakenLead,
    TakenLeads,
    one_or_list,
)
from bothsides.web.standing_desk import StandingDesk
from bothsides.web.told import KINDS, Told
from bothsides.web.writer import Writer

_ERRORS = {
    400: "The body is no JSON, or a header is not what it must be.",
    401: "No token, or one that is not agreed.",
    403: "No token is agreed and the caller is not on this machine.",
    404: "There is no such lead, or nothing under this address.",
    409: "The Idempotency-Key belongs to another request.",
    413: "The body is larger than agreed.",
    415: "The body is packed.",
    422: "The record cannot be taken in; every reason is named.",
    503: "It could not be written down, and nothing of it was kept.",
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Your name of this request. Sent again with it, it is answered as the first time.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"},
}
_SOURCE = {
    "name": "source",
    "in": "query",
    "required": False,
    "description": "The source of all records, whose names of fields then hold; without it each record may name one.",
    "schema": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,62}$", "examples": ["web-form"]},
}
_TOKEN: list[dict[str, list[str]]] = [{"token": []}]
_OF_IT = "$response.body#/lead_id"
_LINKS: dict[str, Any] = {
    "read_lead": {"operationId": "read_lead", "parameters": {"lead_id": _OF_IT}},
    **{
        f"tell_{name}": {"operationId": f"tell_{name}", "requestBody": {kind.names_by: _OF_IT}}
        for name, kind in KINDS.items()
    },
}
"""What can be said and asked of a lead that was just taken in."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def create_app(desk: StandingDesk) -> FastAPI:
    """The API of the workspace whose desk this is, opened. Answers leave once what they tell is durable."""
    writer = Writer(desk=desk)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await writer.close()

    app = FastAPI(
        title="Bothsides lead desk",
        version=version("bothsides"),
        description="Leads come in, are scored, given to somebody and clocked; what happened to them is told here.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        exception_handlers={Denied: _denied, HTTPException: _unknown, Exception: _broken},
    )
    _tell(app, desk, writer)
    _ask(app, desk, writer)
    _describe(app)
    return app


def _tell(app: FastAPI, desk: StandingDesk, writer: Writer) -> None:
    """The ways in: leads, what happened to them, signed webhooks."""
    taken = _answers(TakenLead, TakenLead | TakenLeads, 400, 401, 403, 409, 413, 415, 422, 503)
    taken["responses"][201]["links"] = _LINKS
    app.add_api_route(
        "/api/leads",
        _leads(desk, writer),
        methods=["POST"],
        operation_id="take_leads",
        summary="Take in a lead, or up to 1000.",
        openapi_extra=_asks(one_or_list(LEAD), _KEY, _SOURCE),
        **taken,
    )
    for name, kind in KINDS.items():
        app.add_api_route(
            f"/api/{name}",
            _happenings(desk, writer, kind),
            methods=["POST"],
            operation_id=f"tell_{name}",
            summary=(kind.__doc__ or "").splitlines()[0],
            openapi_extra=_asks(one_or_list(kind.model_json_schema()), _KEY),
            **_answers(Recorded, Recorded | RecordedMany, 400, 401, 403, 404, 409, 413, 415, 422, 503),
        )
    app.add_api_route(
        "/hooks/{source}",
        _hook(desk, writer),
        methods=["POST"],
        operation_id="deliver_webhook",
        summary="A signed webhook of a source of agreement/intake.toml: one lead or up to 1000.",
        openapi_extra={
            "parameters": [{"name": "source", "in": "path", "required": True, "schema": {"type": "string"}}],
            **_body(one_or_list({"type": "object"})),
        },
        **_answers(TakenLead, TakenLead | TakenLeads, 400, 401, 404, 409, 413, 415, 422, 503),
    )


def _ask(app: FastAPI, desk: StandingDesk, writer: Writer) -> None:
    """The ways out: one lead as it stands, and whether the desk can take any."""
    app.add_api_route(
        "/api/leads/{lead_id}",
        _lead(desk, writer),
        methods=["GET"],
        operation_id="read_lead",
        summary="A lead as it stands, with every reason.",
        openapi_extra=_reads({"name": "lead_id", "in": "path", "required": True, "schema": {"type": "string"}}),
        **_answers(None, LeadPage, 401, 403, 404),
    )
    app.add_api_route(
        "/api/health",
        _health(desk, writer),
        methods=["GET"],
        operation_id="health",
        summary="Whether leads can be taken in.",
        **_answers(None, Health, 503),
    )


async def _fresh(desk: StandingDesk, writer: Writer) -> int:
    """The present moment; where the agreement's files have changed, the desk is opened anew first."""
    now = desk.clock()
    if desk.is_stale(now):
        await writer.apart(desk.open_again)
    return now


def _leads(desk: StandingDesk, writer: Writer) -> Handler:
    async def leads(request: Request) -> Response:
        now = await _fresh(desk, writer)
        check_caller(request, desk)
        intake, workspace = desk.agreed.intake, desk.workspace.settings.name
        body = await read_body(request, intake.most_bytes)
        named = _named(request, body)
        try:
            source = _asked_source(request, intake)
            records, one = records_of(parsed(body))
            found = read_leads(records, desk.agreed, source=source, workspace=workspace, now=now)
        except (Unreadable, Denied) as error:
            return await _certain(writer, named, error)
        return _response(await writer.put(Job(named=named, leads=found, one=one, keeps=not one)))

    return leads


def _happenings(desk: StandingDesk, writer: Writer, kind: type[Told]) -> Handler:
    async def happenings(request: Request) -> Response:
        now = await _fresh(desk, writer)
        check_caller(request, desk)
        intake, workspace = desk.agreed.intake, desk.workspace.settings.name
        body = await read_body(request, intake.most_bytes)
        named = _named(request, body)
        try:
            records, one = records_of(parsed(body))
            told = read_happenings(records, kind, intake, workspace=workspace, now=now)
        except (Unreadable, Denied) as error:
            return await _certain(writer, named, error)
        job = Job(named=named, told=told, kind=kind, records=records, one=one, keeps=not one)
        return _response(await writer.put(job))

    return happenings


def _hook(desk: StandingDesk, writer: Writer) -> Handler:
    async def hook(request: Request) -> Response:
        now = await _fresh(desk, writer)
        agreed, workspace = desk.agreed, desk.workspace.settings.name
        source = hook_source(agreed.intake, request.path_params["source"])
        body = await read_body(request, agreed.intake.most_bytes)
        named = verified(request.headers, body, source, secrets=desk.secrets, path=_path(request), now=now)
        try:
            job = delivered(body, source, named, agreed, workspace=workspace, now=now)
        except Denied as error:
            return await _certain(writer, named, error)
        return _response(await writer.put(job))

    return hook


def _lead(desk: StandingDesk, writer: Writer) -> Handler:
    def read(lead_id: str) -> dict[str, Any] | None:
        with desk.logbook.reading() as book:
            return lead_page(book, lead_id)

    async def lead(request: Request) -> Response:
        await _fresh(desk, writer)
        check_caller(request, desk)
        lead_id = request.path_params["lead_id"]
        page = await asyncio.to_thread(read, lead_id) if lead_id.isalnum() else None
        if page is None:
            raise denied(404, "not_found", "there is no such lead")
        return _response(said(200, page))

    return lead


def _health(desk: StandingDesk, writer: Writer) -> Handler:
    def can_read() -> bool:
        try:
            with desk.logbook.reading() as book:
                return book.one("SELECT 1") is not None
        except desk.database_errors:
            return False

    async def health(request: Request) -> Response:  # noqa: ARG001 - every handler is called with it
        await _fresh(desk, writer)
        if not await asyncio.to_thread(can_read):
            raise denied(503, "no_logbook", "the logbook cannot be read", retry_after="5")
        agreement = "its files have mistakes; the one before is in force" if desk.mistakes else "in force"
        return _response(said(200, {"status": "ok", "version": version("bothsides"), "agreement": agreement}))

    return health


def _asked_source(request: Request, intake: IntakePolicy) -> Source | None:
    """The source that the address names. Raises Denied for a name that none can have."""
    name = request.query_params.get("source")
    try:
        return None if name is None else intake.named(name)
    except ValueError as error:
        raise denied(422, "refused", f"source: {error}", [f"source: {error}"]) from None


def _named(request: Request, body: bytes) -> Named | None:
    return named_by_key(request.headers.get("idempotency-key"), _path(request), body)


def _path(request: Request) -> str:
    query = request.url.query
    return f"{request.method} {request.url.path}?{query}" if query else f"{request.method} {request.url.path}"


async def _certain(writer: Writer, named: Named | None, error: Unreadable | Denied) -> Response:
    """An answer that needs no logbook; under a name it is kept like any other."""
    answer = error.answer if isinstance(error, Denied) else unreadable(error)
    return _response(answer if named is None else await writer.put(Job(named=named, said=answer)))


def _response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, dict(answer.headers), "application/json")


async def _denied(_: Request, error: Exception) -> Response:
    assert isinstance(error, Denied)
    return _response(error.answer)


async def _unknown(_: Request, error: Exception) -> Response:
    """An address or a method that there is not."""
    assert isinstance(error, HTTPException)
    code = "not_found" if error.status_code == 404 else "not_allowed"
    message = "there is nothing under this address" if error.status_code == 404 else str(error.detail)
    return _response(wrong(error.status_code, code, message, headers=error.headers))


async def _broken(_: Request, __: Exception) -> Response:
    """Our own mistake: the log has it, the caller learns only that nothing is certain."""
    return _response(wrong(500, "broken", "something went wrong here; it is in the server's log"))


def _answers(new: Any, usual: Any, *errors: int) -> dict[str, Any]:
    responses: dict[int | str, dict[str, Any]] = {
        code: {"model": Problem, "description": _ERRORS[code]} for code in errors
    }
    if new is not None:
        responses[201] = {"model": new, "description": "It is new."}
    return {"response_model": usual, "responses": responses}


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _asks(schema: dict[str, Any], *parameters: dict[str, Any]) -> dict[str, Any]:
    return {"parameters": list(parameters), "security": _TOKEN, **_body(schema)}


def _reads(*parameters: dict[str, Any]) -> dict[str, Any]:
    return {"parameters": list(parameters), "security": _TOKEN}


def _describe(app: FastAPI) -> None:
    """Adds how callers prove themselves to the description, which is made once."""
    described = app.openapi()
    told = "A token of agreement/api.toml. Where none is agreed, calls from the same machine need none."
    schemes = {"token": {"type": "http", "scheme": "bearer", "description": told}}
    described["components"]["securitySchemes"] = schemes
    app.openapi_schema = orjson.loads(orjson.dumps(described))
