"""``pilotline firmware``: images for those who make them: packed, shown, judged as a station would.

Keys and certificates come from files. docs/reference/firmware-image.md has the commands that make them.
"""

import base64
from datetime import UTC
from pathlib import Path
from typing import Annotated

import typer

from pilotline.cli.errors import UsageError

app = typer.Typer(no_args_is_help=True, help="Pack, show and judge firmware images.")
ImageArgument = Annotated[Path, typer.Argument(help="An image (.bin).")]


@app.command()
def pack(
    payload: Annotated[Path, typer.Argument(help="The firmware itself.")],
    model: Annotated[str, typer.Option("--model", "-m", help="The charger model it is for.")],
    version: Annotated[str, typer.Option("--version", help="One to four numbers with dots between.")],
    certificate: Annotated[
        Path, typer.Option("--certificate", help="The signer's, then what leads up (PEM).")
    ],
    key: Annotated[Path, typer.Option("--key", help="The signer's private key (PEM, RSA or EC).")],
    product: Annotated[Path, typer.Option("--product", help="The product's public X25519 key (PEM).")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Where the image is written.")],
    downgrade: Annotated[bool, typer.Option("--downgrade", help="It may replace a newer firmware.")] = False,
) -> None:
    """Encrypt and sign a firmware. What is printed is the signature for SignedUpdateFirmware."""
    from pilotline.drivers import firmware_image as images
    from pilotline.wire.firmware import ImageError

    try:
        signer = images.load_signing_key(key)
        data = images.pack(
            _read(payload),
            model=model,
            version=version,
            chain=images.load_certificates(certificate),
            key=signer,
            product=images.load_product_public(product),
            downgrade=downgrade,
        )
        out.write_bytes(data)
    except (images.KeyFileError, ImageError) as error:
        raise UsageError(str(error)) from None
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}.") from None
    print(base64.b64encode(images.sign(signer, data)).decode())


@app.command()
def show(image: ImageArgument) -> None:
    """Print what an image says of itself; nothing of it is judged."""
    from cryptography import x509

    from pilotline.wire.firmware import ImageError, parse

    data = _read(image)
    try:
        found = parse(data)
    except ImageError as error:
        raise UsageError(f"{image}: {error}") from None
    header = found.header
    print(f"model      {header.model}")
    print(f"version    {header.version}{' (may replace a newer one)' if header.downgrade else ''}")
    print(f"firmware   {header.payload_bytes} bytes, image {len(data)} bytes")
    for each in header.chain:
        try:
            certificate = x509.load_der_x509_certificate(each)
        except ValueError:
            print("signer     a certificate that cannot be read")
            continue
        until = certificate.not_valid_after_utc.astimezone(UTC)
        print(f"signer     {certificate.subject.rfc4514_string()}, until {until:%Y-%m-%d}")


@app.command()
def verify(
    image: ImageArgument,
    root: Annotated[Path, typer.Option("--root", help="The manufacturer's root, as installed (PEM).")],
    model: Annotated[str, typer.Option("--model", "-m", help="The model of the station.")],
    running: Annotated[str, typer.Option("--running", help="The version that runs there.")] = "0",
    key: Annotated[
        Path | None, typer.Option("--product-key", help="The product's private key: try to open it, too.")
    ] = None,
) -> None:
    """Judge an image as a station would, now."""
    from pilotline.drivers import firmware_image as images
    from pilotline.runtime.clocks import wall_clock

    roots = [_read(root).decode("ascii", "replace")]
    try:
        found = images.judge(_read(image), images.Judge(roots, model, running, wall_clock()))
        if key is not None:
            images.open_payload(found, images.load_product_key(key))
    except (images.NotTakenError, images.KeyFileError) as error:
        raise UsageError(f"{image}: {error}") from None
    print(f"{image} is {found.header.version} for {model}, and a station with this root takes it.")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from None
