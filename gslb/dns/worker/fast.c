/* The fast path: what is common, answered without Python.
 *
 * One question of class IN, at most an OPT record that holds nothing or a cookie, a name of ours, an answer that fits
 * and needs no proof put together for it: such a packet is answered here, from the mapped table (gslb/handoff/layout.py is the specification). Everything else is handed to the
 * complete responder (gslb/dns/respond.py), which gives the same bytes for the same packet, table and draw; tests with
 * generated packets hold the two together. What this file does not understand it must not touch.
 *
 * The loop runs in a thread of its own that never takes the interpreter's lock: it waits in recvmmsg, answers a batch,
 * and sends it with sendmmsg. A mutex, taken once per batch, guards the table; a swap waits for one batch at most.
 */


#include "fast_loop.h"

static void free_table(Table *table) {
    if (!table) return;
    if (table->view.obj) PyBuffer_Release(&table->view);
    for (Py_ssize_t n = 0; n < table->part_count; n++) {
        Part *part = &table->parts[n];
        if (part->view.obj) PyBuffer_Release(&part->view);
        if (part->counters_view.obj) PyBuffer_Release(&part->counters_view);
        if (part->marks_view.obj) PyBuffer_Release(&part->marks_view);
    }
    PyMem_Free(table);
}

static int map_names(Table *table, PyObject *names) {
    if (PyObject_GetBuffer(names, &table->view, PyBUF_SIMPLE)) return -1;
    const uint8_t *data = table->data = table->view.buf;
    table->size = (size_t)table->view.len;
    if (table->size < FILE_HEADER + 88) return PyErr_SetString(PyExc_ValueError, "a names file is longer"), -1;
    const uint8_t *directory = data + FILE_HEADER;
    size_t at[22];
    for (int n = 0; n < 22; n++) at[n] = read32(directory + 4 * n);
    table->buckets_at = at[0] * UNIT, table->mask = (uint32_t)at[1] - 1;
    table->index_at = at[2] * UNIT, table->index_count = (uint32_t)at[3];
    table->nodes_at = at[4] * UNIT, table->node_count = (uint32_t)at[5];
    table->types_at = at[6] * UNIT, table->type_count = (uint32_t)at[7];
    table->zones_at = at[8] * UNIT, table->zone_count = (uint32_t)at[9];
    table->ranges4_at = at[14] * UNIT, table->range4_count = (uint32_t)at[15];
    table->ranges6_at = at[16] * UNIT, table->range6_count = (uint32_t)at[17];
    table->classes_at = at[18] * UNIT, table->class_count = (uint32_t)at[19];
    table->held_at = at[21] * UNIT;
    table->held_count = table->held_at < table->size ? (uint32_t)((table->size - table->held_at) / HELD_SIZE) : 0;
    if (!at[1] || table->buckets_at + 4 * (at[1] + 1) > table->size || table->index_at + 8 * at[3] > table->size
        || table->nodes_at + NODE_SIZE * at[5] > table->size || table->types_at + TYPE_SIZE * at[7] > table->size
        || table->zones_at + ZONE_SIZE * at[9] > table->size || table->ranges4_at + RANGE4_SIZE * at[15] > table->size
        || table->ranges6_at + RANGE6_SIZE * at[17] > table->size || table->classes_at + CLASS_SIZE * at[19] > table->size)
        return PyErr_SetString(PyExc_ValueError, "a names file ends before its tables do"), -1;
    return 0;
}

static int map_part(Part *part, PyObject *item) {
    PyObject *data, *counters, *marks;
    if (!PyArg_ParseTuple(item, "OOO", &data, &counters, &marks)) return -1;
    if (PyObject_GetBuffer(data, &part->view, PyBUF_SIMPLE)) return -1;
    if (PyObject_GetBuffer(counters, &part->counters_view, PyBUF_WRITABLE)) return -1;
    if (PyObject_GetBuffer(marks, &part->marks_view, PyBUF_WRITABLE)) return -1;
    part->data = part->view.buf;
    part->size = (size_t)part->view.len;
    if (part->size < FILE_HEADER + 24) return PyErr_SetString(PyExc_ValueError, "a part is longer"), -1;
    part->slots_at = UNIT * (size_t)read32(part->data + FILE_HEADER);
    part->slot_count = read32(part->data + FILE_HEADER + 4);
    part->counters = part->counters_view.buf;
    part->counter_count = (uint32_t)(part->counters_view.len / 4);
    part->marks = part->marks_view.buf;
    if (part->slots_at + 4 * (size_t)part->slot_count > part->size || part->marks_view.len < part->counter_count / BLOCK + 1)
        return PyErr_SetString(PyExc_ValueError, "a part ends before its slots do"), -1;
    return 0;
}

static PyObject *engine_swap(PyObject *self, PyObject *arguments) {
    Engine *engine = (Engine *)self;
    PyObject *names, *parts;
    if (!PyArg_ParseTuple(arguments, "OO", &names, &parts)) return NULL;
    Py_ssize_t count = PySequence_Size(parts);
    if (count < 0) return NULL;
    size_t room = sizeof(Table) + (size_t)count * sizeof(Part);
    Table *table = PyMem_Malloc(room);
    if (!table) return PyErr_NoMemory();
    memset(table, 0, room);
    table->part_count = count;
    int failed = map_names(table, names);
    for (Py_ssize_t n = 0; n < count && !failed; n++) {
        PyObject *item = PySequence_GetItem(parts, n);
        failed = !item || map_part(&table->parts[n], item);
        Py_XDECREF(item);
    }
    if (failed) return free_table(table), NULL;
    Table *before;
    Py_BEGIN_ALLOW_THREADS
    pthread_mutex_lock(&engine->lock);
    before = engine->table;
    engine->table = table;
    pthread_mutex_unlock(&engine->lock);
    Py_END_ALLOW_THREADS
    free_table(before);
    Py_RETURN_NONE;
}

static PyObject *engine_opt(PyObject *self, PyObject *arguments) {
    Engine *engine = (Engine *)self;
    const char *data;
    Py_ssize_t length;
    if (!PyArg_ParseTuple(arguments, "y#", &data, &length)) return NULL;
    if (length < 11 || length > OPT_MOST) return PyErr_SetString(PyExc_ValueError, "no OPT record"), NULL;
    pthread_mutex_lock(&engine->lock);
    memcpy(engine->opt, data, (size_t)length);
    engine->opt_length = (uint32_t)length;
    pthread_mutex_unlock(&engine->lock);
    Py_RETURN_NONE;
}

static PyObject *engine_limit(PyObject *self, PyObject *arguments) {
    Engine *engine = (Engine *)self;
    double per_second;
    unsigned int slip;
    Py_buffer exempt;
    if (!PyArg_ParseTuple(arguments, "dIy*", &per_second, &slip, &exempt)) return NULL;
    Rates *rates = NULL;
    size_t count = (size_t)exempt.len / sizeof(Network);
    if (per_second > 0) {
        rates = calloc(1, sizeof *rates + count * sizeof(Network));
        if (!rates) return PyBuffer_Release(&exempt), PyErr_NoMemory();
        rates->step = 1.0 / per_second;
        rates->depth = rates->step > 1.0 ? rates->step : 1.0;
        rates->slip = slip;
        rates->exempt_count = (uint32_t)count;
        memcpy(rates->exempt, exempt.buf, count * sizeof(Network));
    }
    PyBuffer_Release(&exempt);
    pthread_mutex_lock(&engine->lock);
    Rates *before = engine->rates;
    engine->rates = rates;
    pthread_mutex_unlock(&engine->lock);
    free(before);
    Py_RETURN_NONE;
}

static PyObject *engine_secrets(PyObject *self, PyObject *arguments) {
    Engine *engine = (Engine *)self;
    const char *data;
    Py_ssize_t length;
    if (!PyArg_ParseTuple(arguments, "y#", &data, &length)) return NULL;
    if (length % 16 || length > SECRETS * 16) return PyErr_SetString(PyExc_ValueError, "up to 8 secrets of 16 octets"), NULL;
    pthread_mutex_lock(&engine->lock);
    memcpy(engine->secrets, data, (size_t)length);
    engine->secret_count = (uint32_t)(length / 16);
    pthread_mutex_unlock(&engine->lock);
    Py_RETURN_NONE;
}

static int asker_of(Asker *asker, const char *address, Py_ssize_t length) {
    if (length != 4 && length != 16) return PyErr_SetString(PyExc_ValueError, "an address has 4 or 16 octets"), 0;
    set_address(asker, (const uint8_t *)address, (uint32_t)length);
    return 1;
}

static PyObject *engine_judge(PyObject *self, PyObject *arguments) {
    Engine *engine = (Engine *)self;
    const char *address;
    Py_ssize_t length;
    unsigned int kind;
    Asker asker = {.draw = -1};
    if (!PyArg_ParseTuple(arguments, "y#Id", &address, &length, &kind, &asker.ticking)) return NULL;
    if (!asker_of(&asker, address, length)) return NULL;
    pthread_mutex_lock(&engine->lock);
    int verdict = engine->rates ? judge(engine, &asker, kind) : SEND;
    pthread_mutex_unlock(&engine->lock);
    return PyLong_FromLong(verdict);
}

static PyObject *engine_answer(PyObject *self, PyObject *arguments) {
    Engine *engine = (Engine *)self;
    const char *data, *address;
    Py_ssize_t length, address_length;
    long long draw = -1;
    Asker asker = {.ticking = 0};
    uint8_t packet[PACKET];
    if (!PyArg_ParseTuple(arguments, "y#y#I|Ld", &data, &length, &address, &address_length, &asker.now, &draw, &asker.ticking))
        return NULL;
    if (!asker_of(&asker, address, address_length)) return NULL;
    if (length > PACKET) Py_RETURN_NONE;
    asker.draw = draw;
    memcpy(packet, data, (size_t)length);
    pthread_mutex_lock(&engine->lock);
    uint32_t replied = answer(engine, packet, (size_t)length, &asker, packet, PACKET);
    pthread_mutex_unlock(&engine->lock);
    if (replied == HANDED_OVER) Py_RETURN_NONE;
    return PyBytes_FromStringAndSize((const char *)packet, replied == HELD_BACK ? 0 : replied);
}

/* Answer what a connection holds, in order, up to the first message that is for the complete responder. */
static PyObject *engine_stream(PyObject *self, PyObject *arguments) {
    Engine *engine = (Engine *)self;
    Py_buffer pending;
    const char *address;
    Py_ssize_t address_length;
    int most, count = 0;
    Asker asker = {.draw = -1, .tcp = 1};
    if (!PyArg_ParseTuple(arguments, "y*y#Ii", &pending, &address, &address_length, &asker.now, &most)) return NULL;
    if (!asker_of(&asker, address, address_length)) return PyBuffer_Release(&pending), NULL;
    const uint8_t *data = pending.buf;
    size_t size = (size_t)pending.len, used = 0, room = 0;
    pthread_mutex_lock(&engine->lock);
    while (count < most && used + 2 <= size && room < STREAM / 2) {
        size_t length = wire16(data + used);
        if (used + 2 + length > size) break;
        uint32_t replied = answer(engine, data + used + 2, length, &asker, engine->stream + room + 2, STREAM - room - 2);
        if (!replied) break;
        put16(engine->stream + room, replied);
        room += 2 + replied;
        used += 2 + length;
        count++;
    }
    engine->answered_tcp += (uint64_t)count;
    pthread_mutex_unlock(&engine->lock);
    PyBuffer_Release(&pending);
    return Py_BuildValue("(y#ni)", (const char *)engine->stream, (Py_ssize_t)room, (Py_ssize_t)used, count);
}

static PyObject *engine_serve(PyObject *self, PyObject *arguments) {
    Engine *engine = (Engine *)self;
    int fd, wildcard;
    if (!PyArg_ParseTuple(arguments, "ip", &fd, &wildcard)) return NULL;
    if (engine->listener_count == LISTENERS) return PyErr_SetString(PyExc_ValueError, "too many listeners"), NULL;
    Batch *batch = calloc(1, sizeof *batch);
    if (!batch) return PyErr_NoMemory();
    Listener *listener = &engine->listeners[engine->listener_count++];
    listener->fd = fd, listener->wildcard = wildcard;
    Py_BEGIN_ALLOW_THREADS
    listen_on(engine, listener, batch);
    Py_END_ALLOW_THREADS
    free(batch);
    Py_RETURN_NONE;
}

static PyObject *engine_stop(PyObject *self, PyObject *ignored) {
    (void)ignored;
    __atomic_store_n(&((Engine *)self)->stopping, 1, __ATOMIC_RELAXED);
    Py_RETURN_NONE;
}

/* (fd, packet, peer, control) of packets that wait for the complete responder, `most` of them. */
static PyObject *engine_take(PyObject *self, PyObject *arguments) {
    Engine *engine = (Engine *)self;
    eventfd_t told;
    int most;
    if (!PyArg_ParseTuple(arguments, "i", &most)) return NULL;
    PyObject *taken = PyList_New(0);
    if (!taken) return NULL;
    pthread_mutex_lock(&engine->queue_lock);
    while (engine->queue_count && most-- > 0) {
        const Waiting *one = &engine->queue[engine->queue_first];
        PyObject *item = Py_BuildValue("(iy#y#y#)", one->fd, one->packet, (Py_ssize_t)one->length, &one->peer,
                                       (Py_ssize_t)one->peer_length, one->control, (Py_ssize_t)one->control_length);
        if (!item || PyList_Append(taken, item)) {
            Py_XDECREF(item);
            Py_DECREF(taken);
            taken = NULL;
            break;
        }
        Py_DECREF(item);
        engine->queue_first = (engine->queue_first + 1) % WAITING;
        engine->queue_count--;
    }
    if (!engine->queue_count) eventfd_read(engine->event, &told);
    pthread_mutex_unlock(&engine->queue_lock);
    return taken;
}

static PyObject *engine_reply(PyObject *self, PyObject *arguments) {
    (void)self;
    int fd;
    const char *peer, *control, *data;
    Py_ssize_t peer_length, control_length, length;
    if (!PyArg_ParseTuple(arguments, "iy#y#y#", &fd, &peer, &peer_length, &control, &control_length, &data, &length))
        return NULL;
    struct iovec piece = {(void *)data, (size_t)length};
    struct msghdr message = {
        .msg_name = (void *)peer, .msg_namelen = (socklen_t)peer_length, .msg_iov = &piece, .msg_iovlen = 1,
        .msg_control = control_length ? (void *)control : NULL, .msg_controllen = (size_t)control_length,
    };
    if (sendmsg(fd, &message, MSG_DONTWAIT) < 0) return PyErr_SetFromErrno(PyExc_OSError);
    Py_RETURN_NONE;
}

static PyObject *engine_totals(PyObject *self, PyObject *ignored) {
    (void)ignored;
    Engine *engine = (Engine *)self;
    pthread_mutex_lock(&engine->lock);
    uint64_t udp = engine->answered_udp + engine->dropped, tcp = engine->answered_tcp, no_error = engine->no_error,
             nxdomain = engine->nxdomain, bad_cookie = engine->bad_cookie, valid = engine->cookies_valid,
             truncated = engine->truncated, slipped = engine->slipped, limited = engine->limited,
             errors = engine->errors, dropped = engine->dropped;
    pthread_mutex_unlock(&engine->lock);
    return Py_BuildValue("{sKsKsKsKsKsKsKsKsKsKsK}", "queries_udp", udp, "queries_tcp", tcp, "rcode_NOERROR", no_error,
                         "rcode_NXDOMAIN", nxdomain, "rcode_BADCOOKIE", bad_cookie, "cookies_valid", valid, "truncated",
                         truncated, "rate_slipped", slipped, "rate_dropped", limited, "udp_errors", errors, "dropped", dropped);
}

static PyObject *engine_ticks(PyObject *self, PyObject *ignored) {
    (void)ignored;
    Engine *engine = (Engine *)self;
    PyObject *ticks = PyTuple_New(engine->listener_count);
    for (int n = 0; ticks && n < engine->listener_count; n++) {
        uint64_t turned = __atomic_load_n(&engine->listeners[n].ticks, __ATOMIC_RELAXED);
        PyTuple_SetItem(ticks, n, PyLong_FromUnsignedLongLong(turned));
    }
    return ticks;
}

static PyObject *engine_fileno(PyObject *self, PyObject *ignored) {
    (void)ignored;
    return PyLong_FromLong(((Engine *)self)->event);
}

static PyObject *engine_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords) {
    (void)keywords;
    const char *seed;
    Py_ssize_t length;
    if (!PyArg_ParseTuple(arguments, "y#", &seed, &length)) return NULL;
    if (length < 16) return PyErr_SetString(PyExc_ValueError, "a seed has 16 octets"), NULL;
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    Engine *engine = (Engine *)allocate(type, 0);
    if (!engine) return NULL;
    memcpy(&engine->seed_network, seed, 8);
    memcpy(&engine->seed_entry, seed + 8, 8);
    pthread_mutex_init(&engine->lock, NULL);
    pthread_mutex_init(&engine->queue_lock, NULL);
    engine->queue = calloc(WAITING, sizeof *engine->queue);
    engine->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (!engine->queue || engine->event < 0) {
        Py_DECREF(engine);
        return PyErr_NoMemory();
    }
    return (PyObject *)engine;
}

static void engine_free(PyObject *self) {
    Engine *engine = (Engine *)self;
    PyTypeObject *type = Py_TYPE(self);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    free_table(engine->table);
    free(engine->queue);
    free(engine->rates);
    if (engine->event > 0) close(engine->event);
    release(self);
    Py_DECREF(type);
}

static PyMethodDef engine_methods[] = {
    {"swap", engine_swap, METH_VARARGS, "swap(names, [(part, counters, marks), …]): answer from this table."},
    {"opt", engine_opt, METH_VARARGS, "opt(record): the OPT record of replies without DO."},
    {"limit", engine_limit, METH_VARARGS, "limit(per_second, slip, exempt): limit responses; 0: do not."},
    {"judge", engine_judge, METH_VARARGS, "judge(address, kind, now): what becomes of a reply: 0 sent, 1 a stub, 2 nothing."},
    {"secrets", engine_secrets, METH_VARARGS, "secrets(data): of 16 octets each, to make and check cookies with."},
    {"answer", engine_answer, METH_VARARGS, "answer(packet, address, now, draw=-1, ticking=0): the reply, empty where it is held back; None: not for the fast path."},
    {"stream", engine_stream, METH_VARARGS, "stream(pending, address, now, most): (replies, octets used, messages)."},
    {"serve", engine_serve, METH_VARARGS, "serve(fd, wildcard): answer on a blocking UDP socket until stop()."},
    {"stop", engine_stop, METH_NOARGS, "Make serve() return once it has answered what has come."},
    {"take", engine_take, METH_VARARGS, "take(most): packets that wait for the complete responder: (fd, packet, peer, control)."},
    {"reply", engine_reply, METH_VARARGS, "reply(fd, peer, control, data): send the complete responder's reply."},
    {"totals", engine_totals, METH_NOARGS, "What was done so far, by the names of the tally."},
    {"ticks", engine_ticks, METH_NOARGS, "For each listener how often its loop has turned."},
    {"fileno", engine_fileno, METH_NOARGS, "Readable while packets wait for the complete responder."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot engine_slots[] = {
    {Py_tp_doc, "Engine(seed): the fast path of one worker."},
    {Py_tp_new, engine_new},
    {Py_tp_dealloc, engine_free},
    {Py_tp_methods, engine_methods},
    {0, NULL},
};

static PyType_Spec engine_spec = {"gslb.dns.worker.fast.Engine", sizeof(Engine), 0, Py_TPFLAGS_DEFAULT, engine_slots};

/* take_counts(counters, marks, most): what was counted, zeroed while others count on. */
static PyObject *take_counts(PyObject *self, PyObject *arguments) {
    (void)self;
    PyObject *counters_object, *marks_object;
    Py_ssize_t most;
    if (!PyArg_ParseTuple(arguments, "OOn", &counters_object, &marks_object, &most)) return NULL;
    Py_buffer counters, marks;
    if (PyObject_GetBuffer(counters_object, &counters, PyBUF_WRITABLE)) return NULL;
    if (PyObject_GetBuffer(marks_object, &marks, PyBUF_WRITABLE)) return PyBuffer_Release(&counters), NULL;
    PyObject *pairs = PyList_New(0);
    uint32_t *counter = counters.buf;
    Py_ssize_t total = counters.len / 4;
    for (Py_ssize_t block = 0; pairs && block < marks.len && PyList_Size(pairs) < most; block++) {
        if (!__atomic_exchange_n((uint8_t *)marks.buf + block, 0, __ATOMIC_ACQ_REL)) continue;
        Py_ssize_t end = (block + 1) * BLOCK < total ? (block + 1) * BLOCK : total;
        for (Py_ssize_t n = block * BLOCK; pairs && n < end; n++) {
            uint32_t sent = __atomic_exchange_n(&counter[n], 0, __ATOMIC_RELAXED);
            if (!sent) continue;
            PyObject *pair = Py_BuildValue("(nI)", n, sent);
            if (!pair || PyList_Append(pairs, pair)) Py_CLEAR(pairs);
            Py_XDECREF(pair);
        }
    }
    PyBuffer_Release(&marks);
    PyBuffer_Release(&counters);
    if (!pairs) return NULL;
    PyObject *taken = PyList_AsTuple(pairs);
    Py_DECREF(pairs);
    return taken;
}

static PyMethodDef module_methods[] = {
    {"take_counts", take_counts, METH_VARARGS, "take_counts(counters, marks, most): ((counter, sent), …), zeroed."},
    {NULL, NULL, 0, NULL},
};

static int module_exec(PyObject *module) {
    fill_tables();
    PyObject *type = PyType_FromSpec(&engine_spec);
    if (!type) return -1;
    int failed = PyModule_AddObjectRef(module, "Engine", type);
    Py_DECREF(type);
    return failed;
}

static PyModuleDef_Slot module_slots[] = {{Py_mod_exec, module_exec}, {0, NULL}};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "gslb.dns.worker.fast", "The fast path of the query loop (see fast.c).", 0, module_methods, module_slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_fast(void) { return PyModuleDef_Init(&module); }
