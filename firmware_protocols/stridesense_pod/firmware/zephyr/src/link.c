#include "link.h"

#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/bluetooth/gatt.h>
#include <zephyr/bluetooth/uuid.h>
#include <zephyr/kernel.h>

#include "ble.h"

static struct bt_conn *host; /* who commands; touched only under `host_lock` */
static K_MUTEX_DEFINE(host_lock);

/* Company 0xFFFF: none; then protocol version, side, battery. */
static uint8_t advertised[5] = {0xFFU, 0xFFU, 1U, 0U, 0xFFU};

static void advertise(struct k_work *work)
{
    ARG_UNUSED(work);
    const struct bt_data ad[] = {
        BT_DATA_BYTES(BT_DATA_FLAGS, (BT_LE_AD_GENERAL | BT_LE_AD_NO_BREDR)),
        BT_DATA_BYTES(BT_DATA_UUID128_ALL, SOFP_UUID(0xCA35U)),
        BT_DATA(BT_DATA_MANUFACTURER_DATA, advertised, sizeof(advertised)),
    };
    const struct bt_data sd[] = {
        BT_DATA_BYTES(BT_DATA_UUID16_SOME, BT_UUID_16_ENCODE(BT_UUID_RSCS_VAL)),
        BT_DATA(BT_DATA_NAME_COMPLETE, CONFIG_BT_DEVICE_NAME, sizeof(CONFIG_BT_DEVICE_NAME) - 1U),
    };
    (void)bt_le_adv_start(BT_LE_ADV_CONN_FAST_2, ad, ARRAY_SIZE(ad), sd, ARRAY_SIZE(sd));
}

static K_WORK_DEFINE(advertising, advertise);

/* With both connections in use it fails, and is tried again when one is given back. */
static void on_connected(struct bt_conn *conn, uint8_t error)
{
    ARG_UNUSED(conn);
    ARG_UNUSED(error);
    (void)k_work_submit(&advertising);
}

static void on_disconnected(struct bt_conn *conn, uint8_t reason)
{
    ARG_UNUSED(reason);
    (void)k_mutex_lock(&host_lock, K_FOREVER);
    const bool was_host = (host == conn);
    if (was_host) {
        bt_conn_unref(host);
        host = NULL;
    }
    (void)k_mutex_unlock(&host_lock);
    if (was_host) {
        ble_host_gone();
    }
}

static void on_recycled(void)
{
    (void)k_work_submit(&advertising);
}

BT_CONN_CB_DEFINE(connection_callbacks) = {
    .connected = on_connected,
    .disconnected = on_disconnected,
    .recycled = on_recycled,
};

int link_start(void)
{
    const int error = bt_enable(NULL);
    if (error == 0) {
        (void)k_work_submit(&advertising);
    }
    return error;
}

void link_describe(uint8_t side, uint8_t battery_percent)
{
    advertised[3] = side;
    advertised[4] = battery_percent;
}

bool link_is_host(struct bt_conn *conn)
{
    (void)k_mutex_lock(&host_lock, K_FOREVER);
    if (host == NULL) {
        host = bt_conn_ref(conn);
    }
    const bool same = (host == conn);
    (void)k_mutex_unlock(&host_lock);
    return same;
}

struct bt_conn *link_borrow_host(void)
{
    (void)k_mutex_lock(&host_lock, K_FOREVER);
    struct bt_conn *const conn = (host != NULL) ? bt_conn_ref(host) : NULL;
    (void)k_mutex_unlock(&host_lock);
    return conn;
}
