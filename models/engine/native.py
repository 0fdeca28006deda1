"""The one place that imports llama_cpp, after setting how its threads wait.

libgomp lets a thread that waits at a barrier spin. When another process has the second core
(and on a small box one always does: PostgreSQL, the web workers) the spinner takes the time
that the other thread needs to arrive: a step of 28 ms took 620 ms. libgomp reads the
variable when it is loaded.
"""

import os

# For the C library only: nothing of ours reads it.
os.putenv("OMP_WAIT_POLICY", "passive")

import llama_cpp  # after the variable, that is the point

__all__ = ["llama_cpp"]
