/** Advertising and connections: a host that commands, and beside it a watch. */
#ifndef LINK_H
#define LINK_H

#include <stdbool.h>
#include <stdint.h>
#include <zephyr/bluetooth/conn.h>

#define SOFP_UUID(number) BT_UUID_128_ENCODE(0x34AD0000U | (number), 0x40FF, 0x4D49, 0x9C9B, 0x8CDE69625A7E)

/** Switches the radio on and advertises; negative if it does not come up. */
int link_start(void);

/** What is advertised of the pod, from the next advertising on. */
void link_describe(uint8_t side, uint8_t battery_percent);

/** The first that writes commands is the host until it is gone; a second one would end its stream. */
bool link_is_host(struct bt_conn *conn);

/** The host, to be given back with bt_conn_unref; NULL if there is none. */
struct bt_conn *link_borrow_host(void);

#endif
