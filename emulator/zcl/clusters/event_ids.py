"""The events that Smart Energy knows (SE 1.4a, annex D.10.3.2, tables D-176 to D-184), by name.

An event's identifier is also that of the attribute of Device Management's client that holds its treatment. The high
octet is the set, one a cluster. The last part of a set are events about commands that a device was sent: received,
actioned, cancelled, rejected.
"""

from __future__ import annotations

from collections.abc import Iterator

ALL_EVENTS = 0xFFFF
"""EventID in GetEventConfiguration that asks for all of them."""

_FATES = ("Received", "Actioned", "Cancelled", "Rejected")
_TUNNEL_FATES = ("Received", "Rejected", "Generated")


def group_of(event_id: int) -> int:
    """The identifier that stands for the whole set of an event: 0x02FF is every event of Metering."""
    return event_id | 0x00FF


def _row(first: int, names: str) -> Iterator[tuple[str, int]]:
    """Names in the order of their identifiers, the first being `first`."""
    return ((name, first + place) for place, name in enumerate(names.split()))


def _commands(first: int, names: str, fates: tuple[str, ...] = _FATES) -> Iterator[tuple[str, int]]:
    """Commands in the order of their identifiers, each with all its fates."""
    return _row(first, " ".join(name + fate for name in names.split() for fate in fates))


PRICE = (
    *_row(
        0x0100,
        """
        TOUTariffActivation BlockTariffActivated BlockTOUTariffActivated SingleTariffRateActivated
        AsynchronousBillingOccurred SynchronousBillingOccurred TariffNotSupported PriceClusterNotFound
        CurrencyChangePassiveActivated CurrencyChangePassiveUpdated PriceMatrixPassiveActivated
        PriceMatrixPassiveUpdated TariffChangePassiveActivated TariffChangedPassiveUpdated
        """,
    ),
    *_commands(
        0x01B0,
        """
        PublishPrice PublishTariffInformation PublishPriceMatrix PublishBlockThresholds PublishCalorificValue
        PublishConversionFactor PublishCO2Value PublishCPPEvent PublishTierLabels PublishBillingPeriod
        PublishConsolidatedBill PublishBlockPeriod PublishCreditPaymentInfo PublishCurrencyConversion
        """,
    ),
)
METERING = (
    *_row(
        0x0200,
        """
        CheckMeter LowBattery TamperDetect SupplyStatus SupplyQuality LeakDetect ServiceDisconnect
        ReverseFlowGasWaterHeatCooling MeterCoverRemoved MeterCoverClosed StrongMagneticField NoStrongMagneticField
        BatteryFailure ProgramMemoryError RAMError NVMemoryError LowVoltageL1 HighVoltageL1 LowVoltageL2 HighVoltageL2
        LowVoltageL3 HighVoltageL3 OverCurrentL1 OverCurrentL2 OverCurrentL3 FrequencyTooLowL1 FrequencyTooHighL1
        FrequencyTooLowL2 FrequencyTooHighL2 FrequencyTooLowL3 FrequencyTooHighL3 GroundFault ElectricTamperDetect
        IncorrectPolarity CurrentNoVoltage UnderVoltage OverVoltage NormalVoltage PFBelowThreshold PFAboveThreshold
        TerminalCoverRemoved TerminalCoverClosed
        """,
    ),
    *_row(
        0x0230,
        """
        BurstDetect PressureTooLow PressureTooHigh FlowSensorCommunicationError FlowSensorMeasurementFault
        FlowSensorReverseFlow FlowSensorAirDetect PipeEmpty
        """,
    ),
    *_row(0x0250, "InletTemperatureSensorFault OutletTemperatureSensorFault"),
    *_row(0x0260, "ReverseFlow TiltTamper BatteryCoverRemoved BatteryCoverClosed ExcessFlow TiltTamperEnded"),
    *_row(
        0x0270,
        """
        MeasurementSystemError WatchdogError SupplyDisconnectFailure SupplyConnectFailure MeasurementSoftwareChanged
        DSTEnabled DSTDisabled ClockAdjustBackward ClockAdjustForward ClockInvalid CommunicationErrorHAN
        CommunicationOKHAN MeterFraudAttempt PowerLoss UnusualHANTraffic UnexpectedClockChange
        CommsUsingUnauthenticatedComponent MeteringErrorRegisterClear MeteringAlarmRegisterClear UnexpectedHWReset
        UnexpectedProgramExecution LimitThresholdExceeded LimitThresholdOK LimitThresholdChanged MaximumDemandExceeded
        ProfileCleared LoadProfileCleared BatteryWarning WrongSignature NoSignature SignatureNotValid
        UnauthorizedActionFromHAN FastPollingStart FastPollingEnd MeterReportingIntervalChanged DisconnectToLoadLimit
        MeterSupplyStatusRegisterChanged MeterAlarmStatusRegisterChanged ExtendedMeterAlarmStatusRegisterChanged
        DataAccessViaLocalPort ConfigureMirrorSuccess ConfigureMirrorFailure ConfigureNotificationFlagSchemeSuccess
        ConfigureNotificationFlagSchemeFailure ConfigureNotificationFlagsSuccess ConfigureNotificationFlagsFailure
        StayAwakeRequestHAN StayAwakeRequestWAN
        """,
    ),
    *_row(0x02B0, " ".join(f"ManufacturerSpecific{letter}" for letter in "ABCDEFGHI")),
    *_commands(
        0x02C0,
        """
        GetProfileCommand RequestMirrorResponseCommand MirrorRemovedCommand GetSnapshotCommand TakeSnapshotCommand
        MirrorReportAttributeResponseCommand ScheduleSnapshotCommand StartSamplingCommand GetSampledDataCommand
        """,
    ),
    *_row(
        0x02E4,
        """
        SupplyOn SupplyArmed SupplyOff DisconnectedDueToTamperDetected ManualDisconnect ManualConnect
        RemoteDisconnection RemoteConnect LocalDisconnection LocalConnect
        """,
    ),
    *_commands(0x02EE, "ChangeSupply LocalChangeSupply PublishUncontrolledFlowThreshold"),
)
MESSAGING = (
    *_row(0x0300, "MessageConfirmationSent"),
    *_commands(0x03C0, "DisplayMessage CancelMessage"),
)
PREPAYMENT = (
    *_row(
        0x0400,
        """
        LowCredit NoCreditZeroCredit CreditExhausted EmergencyCreditEnabled EmergencyCreditExhausted
        IHDLowCreditWarning
        """,
    ),
    *_row(
        0x0420,
        """
        PhysicalAttackOnThePrepayMeter ElectronicAttackOnThePrepayMeter DiscountApplied CreditAdjustment
        CreditAdjustFail DebtAdjustment DebtAdjustFail ModeChange TopupCodeError TopupAlreadyUsed TopupCodeInvalid
        TopupAcceptedViaRemote TopupAcceptedViaManualEntry FriendlyCreditInUse FriendlyCreditPeriodEndWarning
        FriendlyCreditPeriodEnd PrepaymentErrorRegisterClear PrepaymentAlarmRegisterClear PrepayClusterNotFound
        TopupValueTooLarge
        """,
    ),
    *_row(0x0441, "ModeCredit2Prepay ModePrepay2Credit ModeDefault"),
    *_commands(
        0x04C0,
        """
        SelectAvailableEmergencyCredit ChangeDebt EmergencyCreditSetup ConsumerTopup CreditAdjustment
        ChangePaymentMode GetPrepaySnapshot GetTopupLog SetLowCreditWarningLevel GetDebtRepayLog
        SetMaximumCreditLimit SetOverallDebtCap
        """,
    ),
)
CALENDAR = (
    *_row(0x0500, "CalendarClusterNotFound CalendarChangePassiveActivated CalendarChangePassiveUpdated"),
    *_commands(0x05C0, "PublishCalendar PublishDayProfile PublishWeekProfile PublishSeasons PublishSpecialDays"),
)
DEVICE_MANAGEMENT = (
    *_row(0x0600, "Password1Change Password2Change Password3Change Password4Change EventLogCleared"),
    *_row(
        0x0610,
        """
        ZigBeeAPSTimeout ZigBeeIEEETransmissionFailureOverThreshold ZigBeeIEEEFrameCheckSequenceThreshold
        ErrorCertificate ErrorSignature ErrorProgramStorage
        """,
    ),
    *_commands(0x06C0, "PublishCoT PublishCoS ChangePassword SetEventConfiguration UpdateSiteID UpdateCIN"),
)
TUNNELING = (
    *_row(0x0700, "TunnelingClusterNotFound UnsupportedProtocol IncorrectProtocol"),
    *_commands(
        0x07C0,
        """
        RequestTunnelCommand CloseTunnelCommand TransferDataCommand TransferDataErrorCommand AckTransferDataCommand
        ReadyDataCommand GetSupportedTunnelProtocolsCommand
        """,
        _TUNNEL_FATES,
    ),
)
OTA = (
    *_row(
        0x0800,
        """
        FirmwareReadyForActivation FirmwareActivated FirmwareActivationFailure PatchReadyForActivation PatchActivated
        PatchFailure
        """,
    ),
    *_row(
        0x08C0,
        """
        ImageNotifyCommandReceived ImageNotifyCommandRejected QueryNextImageRequestGenerated
        QueryNextImageResponseReceived QueryNextImageResponseRejected ImageBlockRequestGenerated
        ImagePageRequestGenerated ImageBlockResponseReceived ImageBlockResponseRejected UpgradeEndRequestGenerated
        UpgradeEndResponseReceived UpgradeEndResponseRejected QuerySpecificFileRequestGenerated
        QuerySpecificFileResponseReceived QuerySpecificFileResponseRejected
        """,
    ),
)

EVENT_IDS: dict[str, int] = dict(
    (*PRICE, *METERING, *MESSAGING, *PREPAYMENT, *CALENDAR, *DEVICE_MANAGEMENT, *TUNNELING, *OTA)
)
"""The identifier of every event."""
LOW_BATTERY, POWER_LOSS = EVENT_IDS["LowBattery"], EVENT_IDS["PowerLoss"]
"""Those that emulated devices log."""
