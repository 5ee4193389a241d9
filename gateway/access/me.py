"""Who am I: the rights behind the key that was shown, as this gateway enforces them."""

from fastapi import APIRouter, Request, Response

from gateway.access.routes import Calling
from gateway.access.schemas import MeRead, PersonalData
from shared.auth import AUTHENTICATED, allow
from web.app import answer
from web.hot import hot

router = APIRouter(prefix="/v1/me", tags=["me"])


@router.get("", response_model=MeRead, dependencies=[allow(AUTHENTICATED)])
@hot
async def get_me(_: Request, caller: Calling) -> Response:
    """Say whom your key speaks for and what it may; valid credentials are all it takes."""
    credential, principal = caller.credential, caller.principal
    return answer(
        {
            "client_id": credential.client_id,
            "name": credential.name,
            "principal_id": principal.id,
            "scopes": sorted(principal.scopes),
            "visibility": principal.visibility,
            "department": principal.department,
            "personal_data": PersonalData.CLEAR if principal.personal else PersonalData.MASKED,
            "source": principal.source,
            "rate": caller.bucket.rate,
            "key_id": credential.key_id,
            "expires_at": credential.expires_at,
        }
    )
