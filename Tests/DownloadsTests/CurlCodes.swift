import CCurl

/// Codes of libcurl for reports that tests make.
enum CurlCodes {
    static let ok = CURLE_OK
    static let peerFailedVerification = CURLE_PEER_FAILED_VERIFICATION
    static let operationTimedOut = CURLE_OPERATION_TIMEDOUT
    static let couldNotConnect = CURLE_COULDNT_CONNECT
}
