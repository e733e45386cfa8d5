"""SSH signatures: who signed which bytes, verified without OpenSSH and checkable with it.

None of these modules imports a cryptographic library before a key or a signature is used.
"""

from workbench.governance.signing.age_keys import check_age_recipient, generate_age_identity
from workbench.governance.signing.key_files import read_private_key, write_private_key
from workbench.governance.signing.keys import (
    PrivateKey,
    PublicKey,
    decode_seed,
    encode_seed,
    generate_key,
    parse_public_key,
    private_key_from_seed,
)
from workbench.governance.signing.signers import SignerEntry, allowed_signers, signature_path, signatures_beside
from workbench.governance.signing.sshsig import NAMESPACE, Signature, SignatureRefused, parse_signature, sign, verify

__all__ = [
    "NAMESPACE",
    "PrivateKey",
    "PublicKey",
    "Signature",
    "SignatureRefused",
    "SignerEntry",
    "allowed_signers",
    "check_age_recipient",
    "decode_seed",
    "encode_seed",
    "generate_age_identity",
    "generate_key",
    "parse_public_key",
    "parse_signature",
    "private_key_from_seed",
    "read_private_key",
    "sign",
    "signature_path",
    "signatures_beside",
    "verify",
    "write_private_key",
]
