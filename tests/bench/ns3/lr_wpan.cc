// The yardstick's load on ns-3: n nodes in a room of 10 m by 10 m, all but the first of which send it one acknowledged
// 60-octet frame every T seconds. No NWK, no security, no devices: ns-3's lr-wpan has none.
// ns-3 is GPL-2.0: this program is built and run by hand, beside hanbench, never by it. See README.md.

#include "ns3/core-module.h"
#include "ns3/lr-wpan-module.h"
#include "ns3/mobility-module.h"
#include "ns3/network-module.h"
#include "ns3/propagation-module.h"
#include "ns3/spectrum-module.h"

#include <chrono>
#include <cstdio>

using namespace ns3;
using namespace ns3::lrwpan;

static uint64_t frames; // transmissions of any PHY, acknowledgements included
static uint64_t acknowledged;

static void PhyBegins(Ptr<const Packet>)
{
    frames++;
}

static void Confirm(McpsDataConfirmParams parameters)
{
    acknowledged += parameters.m_status == MacStatus::SUCCESS;
}

static void Report(Ptr<LrWpanNetDevice> device, double period)
{
    McpsDataRequestParams request;
    request.m_srcAddrMode = request.m_dstAddrMode = SHORT_ADDR;
    request.m_dstPanId = 0x1234;
    request.m_dstAddr = Mac16Address("00:01");
    request.m_txOptions = TX_OPTION_ACK;
    device->GetMac()->McpsDataRequest(request, Create<Packet>(60));
    Simulator::Schedule(Seconds(period), &Report, device, period);
}

int main(int argc, char** argv)
{
    uint32_t n = 3;
    double period = 10;
    double duration = 86400;
    CommandLine options;
    options.AddValue("n", "nodes", n);
    options.AddValue("T", "seconds between two reports of a node", period);
    options.AddValue("dur", "virtual seconds", duration);
    options.Parse(argc, argv);

    NodeContainer nodes;
    nodes.Create(n);
    LrWpanHelper helper(true);
    auto devices = helper.Install(nodes);
    auto uniform = CreateObject<UniformRandomVariable>();
    for (uint32_t i = 0; i < n; i++)
    {
        auto place = CreateObject<ConstantPositionMobilityModel>();
        place->SetPosition(Vector(uniform->GetValue(0, 10), uniform->GetValue(0, 10), 0));
        nodes.Get(i)->AggregateObject(place);
        auto device = DynamicCast<LrWpanNetDevice>(devices.Get(i));
        device->GetPhy()->SetMobility(place);
        char address[8];
        std::snprintf(address, sizeof address, "%02x:%02x", (i + 1) >> 8 & 255, (i + 1) & 255);
        device->GetMac()->SetPanId(0x1234);
        device->GetMac()->SetShortAddress(Mac16Address(address));
        device->GetMac()->SetMcpsDataConfirmCallback(MakeCallback(&Confirm));
        device->GetPhy()->TraceConnectWithoutContext("PhyTxBegin", MakeCallback(&PhyBegins));
        if (i > 0)
        {
            Simulator::Schedule(Seconds(uniform->GetValue(0, period)), &Report, device, period);
        }
    }
    Simulator::Stop(Seconds(duration));
    auto begin = std::chrono::steady_clock::now();
    Simulator::Run();
    double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::printf("n=%u virtual=%gs wall=%.3fs frames=%lu acknowledged=%lu frames/s=%.0f\n",
                n, duration, wall, frames, acknowledged, frames / wall);
}
