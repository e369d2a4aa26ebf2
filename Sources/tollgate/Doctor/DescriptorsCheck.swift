/// The system lets the process open as many files as its connections take.
enum DescriptorsCheck: Check {
    static let name = "descriptors"
    /// For stores, lanes, listeners and logs.
    private static let ours = 256

    static func run(_ patient: Patient) -> [Finding] {
        let connections = patient.configuration.gateway.maximumConnections
        // Each connection takes one, and its run another towards the provider.
        let wanted = 2 * connections + ours
        let limit = patient.descriptorLimit
        guard limit < wanted else { return [.ok("\(limit) at most, \(wanted) wanted")] }
        return [
            .warning(
                "\(limit) at most, \(wanted) wanted for gateway.maximum_connections (\(connections))",
                mend: "LimitNOFILE=\(wanted) in the systemd unit, `ulimit -Hn`, or fewer maximum_connections")
        ]
    }
}
