/** A bounded queue of packets of any length up to 255 bytes; when it is full, the new one is refused. */
#ifndef RING_H
#define RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Holds more than one second at 416 Hz for every packet size, one sample a packet included. */
#define RING_BYTES 12288U

struct ring {
    size_t head;   /**< where the oldest packet begins */
    size_t filled; /**< bytes in use, lengths included */
    uint8_t bytes[RING_BYTES];
};

void ring_clear(struct ring *ring);

/** Appends a packet; false, and nothing changed, if there is no room for the whole of it. */
bool ring_push(struct ring *ring, const uint8_t *packet, uint8_t length);

/** Copies the oldest packet to `out`, which must hold the longest one; returns its length, 0 if there is none. */
uint8_t ring_peek(const struct ring *ring, uint8_t *out);

/** Takes the oldest packet away, if there is one. */
void ring_pop(struct ring *ring);

#endif
