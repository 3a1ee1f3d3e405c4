"""The routes of people: who am I, come in, go out, and who may come (docs/reference/panel.md)."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, WebSocket, delete, get, patch, post
from litestar.params import FromPath

from pilotline.links.operations import OperationError
from pilotline.panel.answers import AnyRequest, refused, sent, takes
from pilotline.panel.doors import DoorError, Doors, Visitor
from pilotline.panel.people import LONGEST_S
from pilotline.panel.port import Port
from pilotline.vocabulary.roles import Asker, Role

_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}
LANGUAGES = ("en", "de", "it")
_Text = Annotated[str, msgspec.Meta(max_length=256)]
"""Longer than any name or password may be; which of them is too long is said in its own sentence."""


class SignInWish(msgspec.Struct, forbid_unknown_fields=True):
    """The arguments of ``sign-in`` and ``first-person``."""

    name: _Text
    password: _Text


class NewPerson(msgspec.Struct, forbid_unknown_fields=True):
    """The arguments of a new person."""

    name: _Text
    role: Role
    password: _Text
    card: _Text = ""


class Change(msgspec.Struct, forbid_unknown_fields=True):
    """What may be changed about a person; what is left out stays."""

    role: Role | None = None
    password: _Text | None = None
    card: _Text | None = None


class OwnPassword(msgspec.Struct, forbid_unknown_fields=True):
    """The arguments of ``my-password``."""

    old: _Text
    new: _Text


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """No argument at all."""


def visitor(connection: Request[Any, Any, Any] | WebSocket[Any, Any, Any]) -> Visitor:
    """Who asks, as far as the connection says it."""
    token = connection.cookies.get(cookie_of(connection)) or None
    return Visitor(token, connection.scope["scheme"] in ("https", "wss"))


def cookie_of(connection: Request[Any, Any, Any] | WebSocket[Any, Any, Any]) -> str:
    """The cookie's name. A browser gives the cookies of a host to all its ports, so each of two stations on
    one machine needs a name of its own: the port as the browser has it, through a tunnel too.
    """
    _, _, port = connection.headers.get("host", "").rpartition(":")
    plain = port.isascii() and port.isdigit()  # that of [::1] alone ends with a bracket
    return f"pilotline-{port if plain else _PORTS[connection.scope['scheme']]}"


async def let_in(doors: Doors, request: AnyRequest, least: Role) -> Asker:
    """In whose name this request is served. Raises HTTPException."""
    return await answered(doors.let_in(visitor(request), least))


async def answered(step: Any) -> Any:
    """What is refused at the door, as an answer of HTTP."""
    try:
        return await step
    except DoorError as error:
        more = {} if error.retry_s is None else {"retry_s": error.retry_s}
        raise refused(error.status, error.code, str(error), error.words, **more) from None


def reception(port: Port, doors: Doors, fingerprint: Callable[[], str | None]) -> Sequence[Any]:
    """All of them."""
    desk = _Desk(port, doors, fingerprint)
    return [*_coming(desk, doors), *_going(desk, doors), *_people(doors)]


class _Desk:
    """Says who somebody is, and gives and takes cookies."""

    def __init__(self, port: Port, doors: Doors, fingerprint: Callable[[], str | None]) -> None:
        self._port = port
        self._doors = doors
        self._fingerprint = fingerprint

    async def me(self, who: Visitor) -> dict[str, Any]:
        book = await answered(self._doors.book())
        asker = self._doors.asker(who)
        return {
            "name": asker.name or None if asker else None,
            "role": asker.role.value if asker else None,
            "card": asker.card if asker else "",
            "open": self._doors.is_open,
            "set_up": book.is_set_up,
            "https": who.https,
            "languages": LANGUAGES,
            "language": await self._language(),
            "fingerprint": self._fingerprint(),
        }

    async def welcome(self, request: AnyRequest, token: str) -> Response[dict[str, Any]]:
        return await self._answer(request, token, LONGEST_S)

    async def farewell(self, request: AnyRequest) -> Response[dict[str, Any]]:
        return await self._answer(request, None, 0)

    async def _answer(self, request: AnyRequest, token: str | None, max_age: int) -> Response[dict[str, Any]]:
        https = visitor(request).https
        answer, name = Response(await self.me(Visitor(token, https))), cookie_of(request)
        answer.set_cookie(
            name, token or "", max_age=max_age, path="/", secure=https, httponly=True, samesite="strict"
        )
        return answer

    async def _language(self) -> str | None:
        """The station's own, for whoever has not chosen one; it is no secret."""
        with suppress(OperationError):
            found = await self._port.ask("config_get", {"keys": ["c_Language"]})
            if isinstance(found, dict):
                return found.get("c_Language")  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        return None


def _coming(desk: _Desk, doors: Doors) -> Sequence[Any]:
    @get("/api/me", summary="Who is signed in here, and what there is to know before", tags=["People"])
    async def me(request: AnyRequest) -> dict[str, Any]:
        return await desk.me(visitor(request))

    @post(
        "/api/first-person",
        status_code=200,
        summary="Make the first operator of a station that has nobody",
        operation_class=takes(SignInWish),
        tags=["People"],
    )
    async def first_person(request: AnyRequest) -> Response[dict[str, Any]]:
        wish, who = await sent(request, SignInWish), visitor(request)
        return await desk.welcome(request, await answered(doors.first_person(who, wish.name, wish.password)))

    @post(
        "/api/sign-in",
        status_code=200,
        summary="Sign in, for a cookie",
        operation_class=takes(SignInWish),
        tags=["People"],
    )
    async def sign_in(request: AnyRequest) -> Response[dict[str, Any]]:
        wish, who = await sent(request, SignInWish), visitor(request)
        return await desk.welcome(request, await answered(doors.sign_in(who, wish.name, wish.password)))

    return [me, first_person, sign_in]


def _going(desk: _Desk, doors: Doors) -> Sequence[Any]:
    @post(
        "/api/sign-out",
        status_code=200,
        summary="Sign this browser out",
        operation_class=takes(Nothing),
        tags=["People"],
    )
    async def sign_out(request: AnyRequest) -> Response[dict[str, Any]]:
        await sent(request, Nothing)
        await answered(doors.sign_out(visitor(request)))
        return await desk.farewell(request)

    @post(
        "/api/sign-out-everywhere",
        status_code=200,
        summary="Sign all one's browsers out",
        operation_class=takes(Nothing),
        tags=["People"],
    )
    async def sign_out_everywhere(request: AnyRequest) -> Response[dict[str, Any]]:
        await sent(request, Nothing)
        asker = await let_in(doors, request, Role.GUEST)
        await answered(doors.sign_out_everywhere(asker))
        return await desk.farewell(request)

    @post(
        "/api/my-password",
        status_code=200,
        summary="Change one's own password; all one's other browsers are signed out",
        operation_class=takes(OwnPassword),
        tags=["People"],
    )
    async def my_password(request: AnyRequest) -> dict[str, Any]:
        wish, who = await sent(request, OwnPassword), visitor(request)
        await let_in(doors, request, Role.GUEST)
        await answered(doors.own_password(who, wish.old, wish.new))
        return await desk.me(who)

    return [sign_out, sign_out_everywhere, my_password]


def _people(doors: Doors) -> Sequence[Any]:
    async def listed() -> list[dict[str, Any]]:
        book = await answered(doors.book())
        return [
            {
                "name": each.name,
                "role": each.role.value,
                "card": each.card,
                "signed_in": doors.signed_in(each.name),
            }
            for each in book.people.values()
        ]

    @get("/api/people", summary="Who may come in", tags=["People"])
    async def people(request: AnyRequest) -> list[dict[str, Any]]:
        await let_in(doors, request, Role.OPERATOR)
        return await listed()

    @post(
        "/api/people",
        status_code=200,
        summary="Let somebody in from now on, with a role of at most one's own",
        operation_class=takes(NewPerson),
        tags=["People"],
    )
    async def add(request: AnyRequest) -> list[dict[str, Any]]:
        asker = await let_in(doors, request, Role.OPERATOR)
        wish = await sent(request, NewPerson)
        await answered(doors.add(asker, wish.name, wish.role, wish.password, wish.card))
        return await listed()

    @patch(
        "/api/people/{name:str}",
        summary="Change somebody's role, password or card",
        operation_class=takes(Change),
        tags=["People"],
    )
    async def change(request: AnyRequest, name: FromPath[str]) -> list[dict[str, Any]]:
        asker = await let_in(doors, request, Role.OPERATOR)
        wish = await sent(request, Change)
        await answered(doors.change(asker, name, role=wish.role, password=wish.password, card=wish.card))
        return await listed()

    @delete("/api/people/{name:str}", status_code=200, summary="Let somebody in no more", tags=["People"])
    async def remove(request: AnyRequest, name: FromPath[str]) -> list[dict[str, Any]]:
        asker = await let_in(doors, request, Role.OPERATOR)
        await answered(doors.remove(asker, name))
        return await listed()

    return [people, add, change, remove]
