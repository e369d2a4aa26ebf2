import FoundationEssentials
import Glibc

/// There are certificates by which providers can be known.
enum CertificatesCheck: Check {
    static let name = "certificates"
    private static let system = "/etc/ssl/certs/ca-certificates.crt"
    private static let heading = "-----BEGIN CERTIFICATE-----"

    static func run(_ patient: Patient) -> [Finding] {
        if let file = patient.configuration.upstream.caFile {
            guard let text = text(file) else {
                return [.error("\(file): cannot be read", mend: "correct upstream.ca_file")]
            }
            guard text.contains(heading) else {
                return [.error("\(file): holds no certificate", mend: "upstream.ca_file takes PEM: \(heading) …")]
            }
            return [.ok("\(file), instead of the system's")]
        }
        guard access(system, R_OK) == 0 else {
            return [
                .warning(
                    "\(system): there is none",
                    mend: "install ca-certificates, or set upstream.ca_file; providers on plain http need neither")
            ]
        }
        return [.ok("the system's")]
    }

    private static func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
}
