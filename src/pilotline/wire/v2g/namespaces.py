"""The namespaces we speak, each with its documents, fragments and their codes.

The event code of a document counts every global element of the schemas, that of a fragment every element
declared anywhere in them. Those that no message here holds are listed by name alone.
"""

from pilotline.wire.v2g import app_protocol, din70121, iso15118_2, xmldsig
from pilotline.wire.v2g.exi.namespace import Codes, Namespace, document_codes, fragment_codes
from pilotline.wire.v2g.exi.relaxed import Relaxed
from pilotline.wire.v2g.exi.schema import Element, Type, element_name, names_in

_DSIG = [(name, xmldsig.URI) for name in (*xmldsig.GLOBAL, *xmldsig.LOCAL)]


def _named(*kinds: type[Element]) -> dict[str, type[Type]]:
    return {element_name(kind): kind for kind in kinds}


APP_PROTOCOL = Namespace(
    app_protocol.URI,
    (app_protocol.SupportedAppProtocolReq, app_protocol.SupportedAppProtocolRes),
    document_codes(app_protocol.GLOBAL),
    {},
    "app_protocol",
)
DIN = Namespace(
    din70121.URI,
    (din70121.V2G_Message,),
    Codes({"V2G_Message": 77}, 7),  # of 81 global elements
    {},
    "din70121",
)
_FRAGMENTS = fragment_codes(
    [
        *names_in(iso15118_2.V2G_Message),
        ("V2G_Message", iso15118_2.URI),
        *((name, iso15118_2.DATA) for name in iso15118_2.ABSTRACT),
        *_DSIG,
    ]
)
ISO2 = Namespace(
    iso15118_2.URI,
    (iso15118_2.V2G_Message,),
    document_codes([*iso15118_2.GLOBAL, *xmldsig.GLOBAL]),
    {
        **_named(
            iso15118_2.AuthorizationReq,
            iso15118_2.CertificateInstallationReq,
            iso15118_2.CertificateUpdateReq,
            iso15118_2.MeteringReceiptReq,
        ),
        "ContractSignatureCertChain": iso15118_2.CertificateChain,
        "ContractSignatureEncryptedPrivateKey": iso15118_2.EncryptedPrivateKey,
        "DHpublickey": iso15118_2.DiffieHellmanPublicKey,
        "SalesTariff": iso15118_2.SalesTariff,
        "eMAID": iso15118_2.SignedEmaid,
    },
    "iso15118_2",
    _FRAGMENTS,
    {"eMAID": Relaxed(iso15118_2.ATTRIBUTES, _FRAGMENTS.count)},
)
XMLDSIG = Namespace(
    xmldsig.URI, (), Codes({}, 5), _named(xmldsig.SignedInfo), "xmldsig", fragment_codes(_DSIG)
)
NAMESPACES = {each.uri: each for each in (APP_PROTOCOL, DIN, ISO2, XMLDSIG)}
"""By URI."""
