"""Tokens that are looked into, believed, and checked, in every library's words."""

import joserfc.jwt
import jwt
from jose import jws
from jose import jwt as jose
from jwt import decode

OFF = {"verify_signature": False}
NAMES = ["HS256"]


def subject(token):
    return jwt.decode(token, options=OFF)["sub"]  # finds: jwt-unverified


def claims(token):
    found = decode(jwt=token, options={"verify_signature": False, "verify_exp": False})  # finds: jwt-unverified
    if found["exp"] < 10:
        return None
    return found


def claimed(token):
    return jose.get_unverified_claims(token)["email"]  # finds: jwt-unverified


def lasts(token):
    found = jose.get_unverified_claims(token)
    return "exp" in found and found["exp"]


def key(token, keys):
    return keys[jwt.get_unverified_header(token)["kid"]]


def whole(token):
    return jwt.decode_complete(token, options=OFF)["header"]["kid"]


def unverified_user(token):
    return jwt.decode(token, options=OFF)["sub"]


def sso_groups(token):
    return jwt.decode(token, options=OFF)["groups"]


def switched(token, verify):
    if not verify:
        return jwt.decode(token, options=OFF)["sub"]
    return jwt.decode(token, options={"verify_signature": verify})["sub"]


def helped(token, keys):
    found = jwt.decode(token, options=OFF)
    verify_token(token, keys[found["client"]])
    return found["sub"]


def opened(token, secret, names):
    yield jwt.decode(token, secret, algorithms=names)
    yield jwt.decode(token, secret, algorithms=NAMES)
    yield jwt.decode(token, secret, NAMES)
    yield jwt.decode(token, secret, algorithms=[*NAMES, "none"])
    yield jwt.decode(token, secret)
    yield jwt.decode(token, secret, algorithms=["RS256", "ES256"])


def mixed(token, key, more):
    yield jwt.decode(token, key, algorithms=("HS256", "ES512"))  # finds: jwt-unverified
    yield jose.decode(token, key, algorithms=None)  # finds: jwt-unverified
    yield jose.decode(token, key, "RS256")
    yield jose.decode(token, key, **more)
    yield jws.verify(token, key, algorithms=["HS256", "NONE"])
    yield joserfc.jwt.decode(token, key, algorithms=["HS256", "none"])  # finds: jwt-unverified
    yield joserfc.jwt.decode(token, key, algorithms=["HS256", "RS256"])


def read(token, key):
    return jws.verify(token, key, "HS256", verify=False)  # finds: jwt-unverified
