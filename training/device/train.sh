#!/usr/bin/env bash
# Train on a machine that has a GPU, Python 3.12 and torch, and of this project only what was carried there: the checkout,
# parts written by `python -m training pack`, the first checkpoint, and wheels. docs/training-on-a-gpu.md shows the calls.
#
#   training/device/train.sh unpack PART...
#       Unpack some parts; parts.json lies beside them.
#   training/device/train.sh train RECIPE START BUDGET PAUSE [PART...]
#       Unpack the last parts, if any, then train. BUDGET: whole minutes that the schedule is fitted into, over all calls.
#       PAUSE: whole minutes after which this call saves and ends. Called again with the same RECIPE, START and BUDGET it
#       goes on. Starting takes up to a minute more, and a call that hangs is ended a minute after PAUSE.
#
# These may be set; what lies in SITE, SET and RUN must outlive a call, what lies in OUT is what one takes home:
#   OUT      NAME.pt and log.jsonl, copied when the call ends, however it ends     build/device
#   WHEELS   wheels of training/device/requirements.txt that the machine lacks     .whl
#   SITE     where they are installed                                              /tmp/quickclaim-site
#   SET      the unpacked set                                                      /tmp/quickclaim-set
#   RUN      the run, with the checkpoint it goes on from                          /tmp/quickclaim-run
#   WORKERS  processes that make pictures                                          all cores but two
#   DEVICE   cuda, or cpu for a rehearsal                                          cuda
#   PYTHON   an interpreter that has torch                                         python3
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
OUT=${OUT:-build/device}
WHEELS=${WHEELS:-.whl}
SITE=${SITE:-/tmp/quickclaim-site}
SET=${SET:-/tmp/quickclaim-set}
RUN=${RUN:-/tmp/quickclaim-run}
DEVICE=${DEVICE:-cuda}
PYTHON=${PYTHON:-python3}
export PYTHONPATH="$SITE:$root${PYTHONPATH:+:$PYTHONPATH}" PYTHONUNBUFFERED=1

usage() {
    sed -n '2,/^set -euo/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2
    exit 2
}

install_wheels() {
    compgen -G "$WHEELS/*.whl" >/dev/null || return 0
    "$PYTHON" -m pip install --quiet --no-index --no-deps --no-compile --no-cache-dir --upgrade \
        --target "$SITE" "$WHEELS"/*.whl
}

unpack() {
    (($# == 0)) || "$PYTHON" -m training unpack "$@" --out "$SET"
}

# Two batches for each process wait in shared memory; containers often have 64 MiB of it.
workers() {
    local cores free
    cores=$(nproc)
    free=$(df --output=avail -BM /dev/shm 2>/dev/null | tail -n 1 | tr -dc '0-9')
    if ((${free:-0} < 2048)); then
        echo "/dev/shm has ${free:-0} MiB free, 2048 are wanted: one thread makes all pictures" >&2
        echo 1
    else
        echo $((cores > 3 ? cores - 2 : 1))
    fi
}

take_home() {
    local file
    mkdir -p "$OUT"
    for file in "$RUN"/*.pt "$RUN"/log.jsonl; do
        [[ ! -f $file || $file == */last.pt ]] || cp -f "$file" "$OUT/"
    done
}

train() {
    local recipe=$1 start=$2 budget=$3 pause=$4
    WORKERS=${WORKERS:-$(workers)}
    trap take_home EXIT
    timeout --signal=INT --kill-after=30 $((pause * 60 + 60)) \
        "$PYTHON" -m training train "$recipe" --prepared "$SET/set" --data "$SET/photos" --start "$start" --run "$RUN" \
        --budget-minutes "$budget" --pause-minutes "$pause" --device "$DEVICE" --workers "$WORKERS"
}

(($# > 1)) || usage
what=$1
shift
case $what in
    unpack)
        install_wheels
        unpack "$@"
        ;;
    train)
        (($# > 3)) && [[ $3 =~ ^[1-9][0-9]*$ && $4 =~ ^[1-9][0-9]*$ ]] || usage
        install_wheels
        unpack "${@:5}"
        train "${@:1:4}"
        ;;
    *) usage ;;
esac
