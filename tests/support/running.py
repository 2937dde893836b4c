"""An application that is running already, for those who would start it once more."""

from starlette.types import ASGIApp, Receive, Scope, Send


class Running:
    """The same application; whoever starts or stops it is told that it is done."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return
        for _ in ("startup", "shutdown"):
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
