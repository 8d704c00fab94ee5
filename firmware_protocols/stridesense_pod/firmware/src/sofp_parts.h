/** What the parts of SOFP call of each other, and nobody else. */
#ifndef SOFP_PARTS_H
#define SOFP_PARTS_H

#include "sofp.h"

#define SOFP_COMMAND_GYRO_BIAS 0x07

/** Begins a stream; the sensor is started and the connection wide enough. */
void sofp_begin(struct sofp *pod, uint8_t samples_fit);

/** Ends the stream, if there is one; what is built stays to be sent. */
void sofp_end(struct sofp *pod);

/** Queues a packet with the time and a number given by the host, in the order of the samples. */
void sofp_mark(struct sofp *pod, uint32_t marker, uint64_t now_us);

/** Begins to measure the gyroscope's bias; the result is a late reply. */
enum sofp_result sofp_bias_begin(struct sofp *pod);

/** One more sample of the measurement, if there is one under way. */
void sofp_bias_take(struct sofp *pod, const int16_t *counts);

#endif
