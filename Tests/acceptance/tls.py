"""An authority and certificates of its own, made with the openssl command."""

import pathlib
import ssl
import subprocess


class Authority:
    """Signs certificates for this machine."""

    def __init__(self, folder: pathlib.Path):
        self._folder = folder
        self.file = folder / "ca.pem"
        self._key = folder / "ca.key"
        self._openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=Tollgate's tests", "-keyout", self._key, "-out", self.file)

    def issue(self, name: str, hosts: str = "IP:127.0.0.1,DNS:localhost") -> tuple[pathlib.Path, pathlib.Path]:
        """A certificate and its key; `name` is also the subject, by which two can be told apart."""
        certificate, key = self._folder / f"{name}.pem", self._folder / f"{name}.key"
        request, extensions = self._folder / f"{name}.csr", self._folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={hosts}\n")
        self._openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
            "-keyout", key, "-out", request)
        self._openssl(
            "x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self._key, "-CAcreateserial", "-days", "2",
            "-extfile", extensions, "-out", certificate)
        return certificate, key

    @property
    def context(self) -> ssl.SSLContext:
        """What trusts this authority, and nobody else."""
        return ssl.create_default_context(cafile=self.file)

    def _openssl(self, *arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, cwd=self._folder)
