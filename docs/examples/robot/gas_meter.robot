*** Settings ***
Documentation       A gas meter whose battery dies: three failed checks, and what the DCC may decide then.
Library             hanbench.robot
Suite Setup         Start Bench    virtual    speed=7200
Suite Teardown      Stop Bench
Test Teardown       Heal All Faults


*** Test Cases ***
A Healthy Home Passes
    Meter Should Be Reachable    gsme
    HAN Check Should Pass
    Commission Meters    esme    gsme
    Decision Should Be    migrate-both

A Dead Battery Leads To The Electricity Meter Alone
    Inject Fault    battery-dead
    Fault Should Be Active    battery-dead
    Meter Should Be Unreachable    gsme
    FOR    ${attempt}    IN RANGE    3
        HAN Check Should Fail    GT01
    END
    Decision Should Be    migrate-esme-only

A Meter Answers Again After Its Battery Was Changed
    Inject Fault    battery-dead
    Heal Fault    battery-dead
    Wait Until Meter Is Reachable    gsme    timeout=1 minute
    HAN Check Should Pass

A Hub Without Its WAN Says Nothing About The Meter
    Inject Fault    wan-down
    HAN Check Should Be Inconclusive

A Shipped Scenario Plays On The Same Home
    ${decided}=    Play Scenario    mirror-wiped
    Should Be Equal    ${decided}    decided migrate-both
