import LabSupport

/// What the provisioning server serves.
enum Documents {
    static func initial(folder: String) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <PANASIPPhoneConfig>
          <Initial>
            <CfgFiles>
              <CFG_STANDARD_FILE_PATH>http://\(LabNetwork.serverAddress)/\(folder)/Config{MAC}.cfg</CFG_STANDARD_FILE_PATH>
              <CFG_MASTER_FILE_PATH>http://\(LabNetwork.serverAddress)/\(folder)/ConfigCommon.cfg</CFG_MASTER_FILE_PATH>
            </CfgFiles>
          </Initial>
        </PANASIPPhoneConfig>

        """
    }

    static func standard(registrar: String) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <PANASIPPhoneConfig>
          <Device>
            <Lines>
              <Line idx="1">
                <Sip>
                  <LINE_ENABLE>Yes</LINE_ENABLE>
                  <PHONE_NUMBER>4711</PHONE_NUMBER>
                  <SIP_RGSTR_ADDR perm="!R">\(registrar)</SIP_RGSTR_ADDR>
                  <SIP_AUTHID>4711</SIP_AUTHID>
                  <SIP_PASS>a-secret</SIP_PASS>
                </Sip>
              </Line>
            </Lines>
          </Device>
        </PANASIPPhoneConfig>

        """
    }

    static let master = """
        <?xml version="1.0" encoding="UTF-8"?>
        <PANASIPPhoneConfig>
          <Device>
            <System>
              <Prov>
                <CFG_RTRY_INTVL>10</CFG_RTRY_INTVL>
              </Prov>
            </System>
            <Phone>
              <HotLine>
                <HOT_LINE_DELAY_TIME>3</HOT_LINE_DELAY_TIME>
              </HotLine>
            </Phone>
          </Device>
        </PANASIPPhoneConfig>

        """
}
