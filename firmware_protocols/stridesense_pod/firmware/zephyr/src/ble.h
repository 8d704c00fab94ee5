/** The services: what a host reads, writes and is told, and what a watch is told. */
#ifndef BLE_H
#define BLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rsc.h"
#include "sofp.h"

#define BLE_REQUEST_MAX 28U

enum ble_role { BLE_CONTROL, BLE_CONFIG, BLE_TIME_SYNC };

/** What the host has written. */
struct ble_request {
    enum ble_role role;
    uint64_t received_us;
    uint8_t length;
    uint8_t bytes[BLE_REQUEST_MAX];
};

/** The host has disconnected: what it asked and what was under way to it is void. */
void ble_host_gone(void);

/** Sets what is read and advertised. */
void ble_publish(const struct sofp *pod, uint64_t now_us);

/** The next request; false if there is none. */
bool ble_take_request(struct ble_request *request);

/** The MTU of the host's connection; 23 if there is none. */
uint16_t ble_mtu(void);

/** Hands a data packet to the radio; false: no room now, EVENT_ROOM will follow, or nobody listens. */
bool ble_send_data(const uint8_t *bytes, size_t length);

void ble_indicate_control(const uint8_t *bytes, size_t length);
void ble_notify_time_sync(const uint8_t bytes[SOFP_TIME_SYNC_BYTES]);

/** Notifies what was published last. */
void ble_notify_status(void);

/** Whether a watch listens. */
bool ble_watched(void);
void ble_notify_watch(const struct rsc_measurement *measurement);

#endif
