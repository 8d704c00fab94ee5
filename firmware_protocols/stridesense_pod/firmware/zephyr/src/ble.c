#include "ble.h"

#include <string.h>
#include <zephyr/bluetooth/conn.h>
#include <zephyr/bluetooth/gatt.h>
#include <zephyr/bluetooth/services/bas.h>
#include <zephyr/bluetooth/uuid.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/byteorder.h>

#include "events.h"
#include "link.h"

#define UUID_SERVICE BT_UUID_DECLARE_128(SOFP_UUID(0xCA35U))
#define UUID_INFO BT_UUID_DECLARE_128(SOFP_UUID(1U))
#define UUID_CONFIG BT_UUID_DECLARE_128(SOFP_UUID(2U))
#define UUID_CONTROL BT_UUID_DECLARE_128(SOFP_UUID(3U))
#define UUID_DATA BT_UUID_DECLARE_128(SOFP_UUID(4U))
#define UUID_STATUS BT_UUID_DECLARE_128(SOFP_UUID(5U))
#define UUID_TIME_SYNC BT_UUID_DECLARE_128(SOFP_UUID(6U))

#define SMALLEST_MTU 23U
#define STATUS_BATTERY 18U /* where the status holds the battery's per cent */
#define IN_FLIGHT_MAX 3 /* data packets that the radio holds; the others wait in the pod's own queue */
#define CONTROL_MAX 20U
#define CONFIRMED_MS 200 /* one indication at a time; a host that stays silent must not stop the samples */

K_MSGQ_DEFINE(requests, sizeof(struct ble_request), 8, 8);
static K_MUTEX_DEFINE(published);
static struct {
    uint8_t info[SOFP_INFO_BYTES];
    uint8_t config[SOFP_CONFIG_BYTES];
    uint8_t status[SOFP_STATUS_BYTES];
} values;

static K_SEM_DEFINE(may_indicate, 1, 1);
static atomic_t in_flight;
static atomic_t watched;

static ssize_t read_value(struct bt_conn *conn, const struct bt_gatt_attr *attr, void *buffer, uint16_t length,
                          uint16_t offset, const uint8_t *value, uint16_t size)
{
    (void)k_mutex_lock(&published, K_FOREVER);
    const ssize_t result = bt_gatt_attr_read(conn, attr, buffer, length, offset, value, size);
    (void)k_mutex_unlock(&published);
    return result;
}

static ssize_t read_info(struct bt_conn *conn, const struct bt_gatt_attr *attr, void *buffer, uint16_t length,
                         uint16_t offset)
{
    return read_value(conn, attr, buffer, length, offset, values.info, sizeof(values.info));
}

static ssize_t read_config(struct bt_conn *conn, const struct bt_gatt_attr *attr, void *buffer, uint16_t length,
                           uint16_t offset)
{
    return read_value(conn, attr, buffer, length, offset, values.config, sizeof(values.config));
}

static ssize_t read_status(struct bt_conn *conn, const struct bt_gatt_attr *attr, void *buffer, uint16_t length,
                           uint16_t offset)
{
    return read_value(conn, attr, buffer, length, offset, values.status, sizeof(values.status));
}

static ssize_t take(struct bt_conn *conn, enum ble_role role, const void *bytes, uint16_t length, uint16_t offset,
                    size_t longest)
{
    struct ble_request request = {.role = role, .received_us = pod_now_us(), .length = (uint8_t)length};
    if (offset != 0U) {
        return BT_GATT_ERR(BT_ATT_ERR_INVALID_OFFSET);
    }
    if (length > longest) {
        return BT_GATT_ERR(BT_ATT_ERR_INVALID_ATTRIBUTE_LEN);
    }
    if (!link_is_host(conn)) {
        return BT_GATT_ERR(BT_ATT_ERR_WRITE_NOT_PERMITTED);
    }
    (void)memcpy(request.bytes, bytes, length);
    if (k_msgq_put(&requests, &request, K_NO_WAIT) != 0) {
        return BT_GATT_ERR(BT_ATT_ERR_INSUFFICIENT_RESOURCES);
    }
    (void)k_event_post(&pod_events, EVENT_REQUEST);
    return (ssize_t)length;
}

static ssize_t write_control(struct bt_conn *conn, const struct bt_gatt_attr *attr, const void *bytes,
                             uint16_t length, uint16_t offset, uint8_t flags)
{
    ARG_UNUSED(attr);
    ARG_UNUSED(flags);
    return take(conn, BLE_CONTROL, bytes, length, offset, CONTROL_MAX);
}

static ssize_t write_config(struct bt_conn *conn, const struct bt_gatt_attr *attr, const void *bytes,
                            uint16_t length, uint16_t offset, uint8_t flags)
{
    ARG_UNUSED(attr);
    ARG_UNUSED(flags);
    return take(conn, BLE_CONFIG, bytes, length, offset, SOFP_CONFIG_BYTES);
}

static ssize_t write_time_sync(struct bt_conn *conn, const struct bt_gatt_attr *attr, const void *bytes,
                               uint16_t length, uint16_t offset, uint8_t flags)
{
    ARG_UNUSED(attr);
    ARG_UNUSED(flags);
    return take(conn, BLE_TIME_SYNC, bytes, length, offset, SOFP_TIME_SYNC_BYTES);
}

#define CCC(changed) BT_GATT_CCC(changed, BT_GATT_PERM_READ | BT_GATT_PERM_WRITE)

BT_GATT_SERVICE_DEFINE(sofp_service, BT_GATT_PRIMARY_SERVICE(UUID_SERVICE),
    BT_GATT_CHARACTERISTIC(UUID_INFO, BT_GATT_CHRC_READ, BT_GATT_PERM_READ, read_info, NULL, NULL),
    BT_GATT_CHARACTERISTIC(UUID_CONFIG, BT_GATT_CHRC_READ | BT_GATT_CHRC_WRITE, BT_GATT_PERM_READ | BT_GATT_PERM_WRITE,
                           read_config, write_config, NULL),
    BT_GATT_CHARACTERISTIC(UUID_CONTROL, BT_GATT_CHRC_WRITE | BT_GATT_CHRC_INDICATE, BT_GATT_PERM_WRITE, NULL,
                           write_control, NULL),
    CCC(NULL),
    BT_GATT_CHARACTERISTIC(UUID_DATA, BT_GATT_CHRC_NOTIFY, BT_GATT_PERM_NONE, NULL, NULL, NULL),
    CCC(NULL),
    BT_GATT_CHARACTERISTIC(UUID_STATUS, BT_GATT_CHRC_READ | BT_GATT_CHRC_NOTIFY, BT_GATT_PERM_READ, read_status, NULL,
                           NULL),
    CCC(NULL),
    BT_GATT_CHARACTERISTIC(UUID_TIME_SYNC, BT_GATT_CHRC_WRITE_WITHOUT_RESP | BT_GATT_CHRC_NOTIFY, BT_GATT_PERM_WRITE,
                           NULL, write_time_sync, NULL),
    CCC(NULL));

static void watch_changed(const struct bt_gatt_attr *attr, uint16_t value)
{
    ARG_UNUSED(attr);
    (void)atomic_set(&watched, (value == BT_GATT_CCC_NOTIFY) ? 1 : 0);
    (void)k_event_post(&pod_events, EVENT_WATCH);
}

static ssize_t read_feature(struct bt_conn *conn, const struct bt_gatt_attr *attr, void *buffer, uint16_t length,
                            uint16_t offset)
{
    uint8_t feature[2];
    sys_put_le16(RSC_FEATURE, feature);
    return bt_gatt_attr_read(conn, attr, buffer, length, offset, feature, sizeof(feature));
}

static ssize_t read_location(struct bt_conn *conn, const struct bt_gatt_attr *attr, void *buffer, uint16_t length,
                             uint16_t offset)
{
    return read_value(conn, attr, buffer, length, offset, &values.info[3], 1U);
}

BT_GATT_SERVICE_DEFINE(rsc_service, BT_GATT_PRIMARY_SERVICE(BT_UUID_RSCS),
    BT_GATT_CHARACTERISTIC(BT_UUID_RSC_MEASUREMENT, BT_GATT_CHRC_NOTIFY, BT_GATT_PERM_NONE, NULL, NULL, NULL),
    CCC(watch_changed),
    BT_GATT_CHARACTERISTIC(BT_UUID_RSC_FEATURE, BT_GATT_CHRC_READ, BT_GATT_PERM_READ, read_feature, NULL, NULL),
    BT_GATT_CHARACTERISTIC(BT_UUID_SENSOR_LOCATION, BT_GATT_CHRC_READ, BT_GATT_PERM_READ, read_location, NULL,
                           NULL));

void ble_host_gone(void)
{
    k_msgq_purge(&requests);
    (void)atomic_set(&in_flight, 0);
    (void)k_event_post(&pod_events, EVENT_GONE);
}

void ble_publish(const struct sofp *pod, uint64_t now_us)
{
    (void)k_mutex_lock(&published, K_FOREVER);
    sofp_put_info(pod, values.info);
    sofp_put_config(pod, values.config);
    sofp_put_status(pod, now_us, values.status);
    link_describe((uint8_t)pod->side, pod->health.battery_percent);
    (void)k_mutex_unlock(&published);
}

bool ble_take_request(struct ble_request *request)
{
    return k_msgq_get(&requests, request, K_NO_WAIT) == 0;
}

uint16_t ble_mtu(void)
{
    struct bt_conn *const conn = link_borrow_host();
    uint16_t mtu = SMALLEST_MTU;
    if (conn != NULL) {
        mtu = bt_gatt_get_mtu(conn);
        bt_conn_unref(conn);
    }
    return mtu;
}

static const struct bt_gatt_attr *find(const struct bt_uuid *uuid)
{
    return bt_gatt_find_by_uuid(sofp_service.attrs, (uint16_t)sofp_service.attr_count, uuid);
}

static void data_sent(struct bt_conn *conn, void *user_data)
{
    ARG_UNUSED(conn);
    ARG_UNUSED(user_data);
    if (atomic_dec(&in_flight) <= 0) {
        (void)atomic_set(&in_flight, 0); /* a packet of a connection that is already gone */
    }
    (void)k_event_post(&pod_events, EVENT_ROOM);
}

bool ble_send_data(const uint8_t *bytes, size_t length)
{
    struct bt_gatt_notify_params params = {
        .attr = find(UUID_DATA), .data = bytes, .len = (uint16_t)length, .func = data_sent};
    if (atomic_get(&in_flight) >= IN_FLIGHT_MAX) {
        return false;
    }
    struct bt_conn *const conn = link_borrow_host();
    if (conn == NULL) {
        return false;
    }
    (void)atomic_inc(&in_flight);
    const int error = bt_gatt_notify_cb(conn, &params);
    if (error != 0) {
        (void)atomic_dec(&in_flight);
    }
    bt_conn_unref(conn);
    return error == 0;
}

static void indicated(struct bt_gatt_indicate_params *params)
{
    ARG_UNUSED(params);
    k_sem_give(&may_indicate);
}

void ble_indicate_control(const uint8_t *bytes, size_t length)
{
    static uint8_t reply[SOFP_REPLY_MAX];
    static struct bt_gatt_indicate_params params;
    struct bt_conn *const conn = link_borrow_host();
    if (conn == NULL) {
        return;
    }
    (void)k_sem_take(&may_indicate, K_MSEC(CONFIRMED_MS));
    (void)memcpy(reply, bytes, length);
    params = (struct bt_gatt_indicate_params){
        .attr = find(UUID_CONTROL), .data = reply, .len = (uint16_t)length, .destroy = indicated};
    if (bt_gatt_indicate(conn, &params) != 0) {
        k_sem_give(&may_indicate);
    }
    bt_conn_unref(conn);
}

void ble_notify_time_sync(const uint8_t bytes[SOFP_TIME_SYNC_BYTES])
{
    struct bt_conn *const conn = link_borrow_host();
    if (conn != NULL) {
        (void)bt_gatt_notify(conn, find(UUID_TIME_SYNC), bytes, SOFP_TIME_SYNC_BYTES);
        bt_conn_unref(conn);
    }
}

void ble_notify_status(void)
{
    (void)bt_gatt_notify(NULL, find(UUID_STATUS), values.status, sizeof(values.status));
    if (values.status[STATUS_BATTERY] <= 100U) {
        (void)bt_bas_set_battery_level(values.status[STATUS_BATTERY]);
    }
}

bool ble_watched(void)
{
    return atomic_get(&watched) != 0;
}

void ble_notify_watch(const struct rsc_measurement *measurement)
{
    uint8_t bytes[RSC_MEASUREMENT_MAX];
    const size_t length = rsc_put(measurement, bytes);
    (void)bt_gatt_notify(NULL, &rsc_service.attrs[1], bytes, (uint16_t)length);
}
