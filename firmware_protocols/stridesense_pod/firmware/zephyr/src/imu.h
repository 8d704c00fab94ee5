/** The LSM6DS3TR-C: both sensors into its FIFO, an interrupt at each 19th sample. */
#ifndef IMU_H
#define IMU_H

#include <stdbool.h>
#include <stdint.h>

#include "sofp.h"

/** Finds the bus and the interrupt pin; negative if the board has none. */
int imu_init(void);

/** Begins to sample anew; negative if the sensor does not answer. */
int imu_start(const struct sofp_config *config);

void imu_stop(void);

/**
 * Empties the FIFO into `batch`, whose counts stay valid until the next call; false if fewer than 19 samples wait
 * or the bus fails.
 */
bool imu_read(struct sofp_batch *batch);

/** 0.01 degree Celsius; 0 if the sensor does not answer. */
int16_t imu_temperature_centidegc(void);

/** The sensor watches for movement alone and pulls its interrupt pin; then the system may be switched off. */
void imu_wake_on_movement(void);

#endif
