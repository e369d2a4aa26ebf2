/// How a lane connects. The same for every exchange on it.
package struct LaneConfiguration: Sendable {
    /// Exchanges under way at once; one more fails with `.overloaded`.
    package var maximumExchanges: Int
    /// Connections kept, in use or waiting for reuse.
    package var maximumConnections: Int
    /// Seconds a connection may wait for reuse. Short: libcurl sends a request again when it finds one dead.
    package var connectionAge: Int
    /// A PEM file of authorities to trust instead of the system's.
    package var caFile: String?
    /// False only where `caFile` holds the very certificate of the one server that is spoken to: whoever has its key
    /// is that server, by whatever name it was reached.
    package var verifiesHost: Bool
    /// As libcurl takes it (`http://host:port`); nil means none, whatever the environment says.
    package var proxy: String?
    /// Hosts reached without the proxy, separated by commas.
    package var withoutProxy: String

    package init(
        maximumExchanges: Int = 4_096, maximumConnections: Int = 1_024, connectionAge: Int = 60,
        caFile: String? = nil, verifiesHost: Bool = true, proxy: String? = nil, withoutProxy: String = ""
    ) {
        self.maximumExchanges = maximumExchanges
        self.maximumConnections = maximumConnections
        self.connectionAge = connectionAge
        self.caFile = caFile
        self.verifiesHost = verifiesHost
        self.proxy = proxy
        self.withoutProxy = withoutProxy
    }
}
