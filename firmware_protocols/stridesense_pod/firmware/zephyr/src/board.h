/** The board around the sensor: who it is, its LED, its battery, what it remembers. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

#include "sofp.h"

void board_init(void);

/** Eight bytes that no other chip has. */
void board_unique_id(uint8_t id[8]);

/** The side that was set last, also before the pod was switched off. */
enum sofp_side board_side(void);
void board_keep_side(enum sofp_side side);

void board_identify(uint8_t seconds);

/** Measures the battery; 0 mV if that fails. */
void board_battery(struct sofp_health *health);

/** Off until the sensor feels movement; does not return. */
void board_switch_off(void);

#endif
