import os, hmac
from fastapi import FastAPI, HTTPException, Request, Header, Depends, Security, WebSocket, status
from fastapi.security import APIKeyHeader, HTTPBearer, HTTPAuthorizationCredentials, HTTPBasic, HTTPBasicCredentials
from typing import Annotated
app = FastAPI()
api_key_header = APIKeyHeader(name="X-API-Key")
bearer = HTTPBearer()
API_TOKEN = os.getenv("API_TOKEN")

async def a1(x_api_key: str = Header(...)):
    if x_api_key != API_TOKEN:  # finds: secret-compared-with-equals
        raise HTTPException(status_code=403, detail="no")

async def a2(x_token: Annotated[str | None, Header()] = None):
    if x_token is None or x_token != API_TOKEN:  # finds: secret-compared-with-equals
        raise HTTPException(status_code=status.HTTP_401_UNAUTHORIZED)

async def a3(key: str = Security(api_key_header)):
    if key == API_TOKEN:  # finds: secret-compared-with-equals
        return key
    raise HTTPException(403)

async def a4(cred: HTTPAuthorizationCredentials = Depends(bearer)):
    if cred.credentials != settings.bearer_token:  # finds: secret-compared-with-equals
        raise HTTPException(401)

async def a5(cred: HTTPBasicCredentials = Depends(HTTPBasic())):
    ok = cred.username == "admin" and cred.password == settings.admin_password  # finds: secret-compared-with-equals
    if not ok:
        raise HTTPException(401)

@app.websocket("/ws")
async def a6(ws: WebSocket, token: str):
    if token != API_TOKEN:  # finds: secret-compared-with-equals
        await ws.close(code=1008)
        return
    await ws.accept()

@app.post("/x")
async def a7(request: Request):
    auth = request.headers.get("Authorization")
    if not auth or auth != f"Bearer {API_TOKEN}":  # finds: secret-compared-with-equals
        return JSONResponse({"error": "nope"}, status_code=401)

@app.post("/y")
async def a8(request: Request):
    scheme, _, token = request.headers["Authorization"].partition(" ")
    if scheme.lower() != "bearer" or token != request.app.state.token:  # finds: secret-compared-with-equals
        raise HTTPException(401)

@app.post("/z")
async def a9(request: Request):
    body = await request.json()
    if body["secret"] == os.environ.get("HOOK_SECRET"):  # finds: secret-compared-with-equals
        return {"ok": 1}
    return {"ok": 0}, 403

@app.post("/f1")
async def f1(request: Request):
    body = await request.json()
    if body["page_token"] != app.state.token:
        raise HTTPException(400)

@app.post("/f2")
async def f2(body: Login):
    user = db.get(body.user)
    if body.password != user.password:  # finds: secret-compared-with-equals
        raise HTTPException(401)

@app.post("/f3")
async def f3(body: Grant):
    if body.grant_type != GrantType.password:
        raise HTTPException(400)

@app.post("/f4")
async def f4(request: Request):
    given = request.headers.get("x-hub-signature", "")
    want = hmac.new(SECRET, await request.body(), "sha256").hexdigest()
    if given != want:
        raise HTTPException(401)
    token = request.query_params["token"]
    if token == request.session["token"]:
        return 1
    raise HTTPException(403)
