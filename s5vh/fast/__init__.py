"The same results sooner: compiled functions, linear layers by the faster library, CPU kernels of the Mamba scan."
