/* The exchange from which the host learns the pod's clock. */
#include <string.h>

#include "bytes.h"
#include "sofp.h"

#define VERSION 1U
#define REQUEST 0U
#define RESPONSE 1U
#define HOLDS_US 60000000U

bool sofp_synced(const struct sofp *pod, uint64_t now_us)
{
    return pod->synced && ((now_us - pod->synced_at_us) < HOLDS_US);
}

bool sofp_time_sync(struct sofp *pod, const uint8_t *request, size_t length, uint64_t received_us,
                    uint64_t now_us, uint8_t reply[SOFP_TIME_SYNC_BYTES])
{
    if ((length != SOFP_TIME_SYNC_BYTES) || (request[0] != VERSION) || (request[1] != REQUEST)) {
        return false;
    }
    (void)memcpy(reply, request, SOFP_TIME_SYNC_BYTES);
    reply[1] = RESPONSE;
    put_u64(&reply[12], received_us);
    put_u64(&reply[20], now_us);
    pod->synced = true;
    pod->synced_at_us = now_us;
    return true;
}
